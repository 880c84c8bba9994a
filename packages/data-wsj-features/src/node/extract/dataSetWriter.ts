import { writeOutput } from '@bnrnn/core/node';
import { join, resolve } from 'node:path';
import { createArkWriter, writeArk, type ArkWriter } from '../ark/arkWriter';
import { accumulateCmvn } from '../../cmvn/cmvn';
import { byteOrder } from '../../bytes/byteText';
import { formatPhoneTable, type PhoneTable } from '../../labels/phoneTable';
import type { Matrix } from '../../matrix';
import type { Recording, RecordingPart } from './recording';

/** Writes the files of a Kaldi data directory; utterances must come in the order of their keys. */
export class DataSetWriter {
  readonly #features: ArkWriter;
  readonly #labels: ArkWriter | undefined;
  readonly #statistics = new Map<string, Matrix>();
  readonly #utterances = new Map<string, string[]>();
  #utt2spk = '';
  #frameCounts = '';
  /** The path of each recording, and the part of it that each utterance is. */
  readonly #recordings = new Map<string, string>();
  #parts = '';
  #hasParts = false;
  frames = 0;
  utterances = 0;

  /**
   * @param folder  where to write.
   * @param target  the folder's path afterwards: what the lists name.
   * @param phones  numbers the labels; undefined where there are none.
   */
  constructor(
    readonly folder: string,
    readonly target: string,
    readonly phones: PhoneTable | undefined,
  ) {
    const list = { scp: join(folder, 'feats.scp'), nameInScp: join(target, 'feats.ark') };
    this.#features = createArkWriter(join(folder, 'feats.ark'), list);
    this.#labels =
      phones === undefined
        ? undefined
        : createArkWriter(join(folder, 'labels.1.txt'), { text: true });
  }

  get speakers(): number {
    return this.#utterances.size;
  }

  async write(
    { utterance, speaker, path, part }: Recording,
    matrix: Matrix,
    labels: Int32Array | undefined,
  ): Promise<void> {
    await this.#features.write({ key: utterance, kind: 'matrix', matrix });
    if (labels !== undefined) {
      await this.#labels?.write({ key: utterance, kind: 'integers', integers: labels });
    }
    this.#statistics.set(speaker, accumulateCmvn(matrix, this.#statistics.get(speaker)));
    const own = this.#utterances.get(speaker);
    if (own === undefined) this.#utterances.set(speaker, [utterance]);
    else own.push(utterance);
    this.#utt2spk += `${utterance} ${speaker}\n`;
    this.#frameCounts += `${utterance} ${matrix.rows}\n`;
    this.#recordings.set(part?.recording ?? utterance, path.endsWith('|') ? path : resolve(path));
    this.#hasParts ||= part !== undefined;
    this.#parts += `${utterance} ${partText(part ?? { recording: utterance, begin: 0 })}\n`;
    this.frames += matrix.rows;
    this.utterances++;
  }

  async close(): Promise<void> {
    await this.#features.close();
    await this.#labels?.close();
    const speakers = [...this.#utterances.keys()].sort(byteOrder);
    const lines = speakers.map((speaker) => `${speaker} ${this.#of(speaker).join(' ')}\n`);
    const statistics = speakers.flatMap((key) => {
      const matrix = this.#statistics.get(key);
      return matrix === undefined ? [] : [{ key, kind: 'matrix' as const, matrix }];
    });
    await writeArk(join(this.folder, 'cmvn.ark'), statistics, {
      scp: join(this.folder, 'cmvn.scp'),
      nameInScp: join(this.target, 'cmvn.ark'),
    });
    await this.#text('utt2spk', this.#utt2spk);
    await this.#text('spk2utt', lines.join(''));
    await this.#text('utt2num_frames', this.#frameCounts);
    await this.#text('wav.scp', this.#recordingLines());
    if (this.#hasParts) await this.#text('segments', this.#parts);
    if (this.phones !== undefined) await this.#text('phones.txt', formatPhoneTable(this.phones));
  }

  async abort(): Promise<void> {
    await this.#features.abort();
    await this.#labels?.abort();
  }

  #recordingLines(): string {
    const keys = [...this.#recordings.keys()].sort(byteOrder);
    return keys.map((key) => `${key} ${this.#recordings.get(key) ?? ''}\n`).join('');
  }

  #of(speaker: string): string[] {
    return this.#utterances.get(speaker) ?? [];
  }

  #text(name: string, text: string): Promise<void> {
    return writeOutput(join(this.folder, name), [text]);
  }
}

/** A part as a line of `segments` has it, behind the utterance. */
function partText({ recording, begin, end = -1, channel }: RecordingPart): string {
  return `${recording} ${begin} ${end}${channel === undefined ? '' : ` ${channel}`}`;
}
