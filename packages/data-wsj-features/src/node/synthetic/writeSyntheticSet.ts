import { writeOutput } from '@bnrnn/core/node';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createArkWriter, writeArk } from '../ark/arkWriter';
import { accumulateCmvn } from '../../cmvn/cmvn';
import type { Matrix } from '../../matrix';
import { sampleUtterance } from './sampleUtterance';
import type { SyntheticModel } from './syntheticModel';

/** An utterance that is to be drawn. */
export interface PlannedUtterance {
  readonly key: string;
  readonly speaker: string;
  readonly speakerNumber: number;
  readonly number: number;
  readonly frames: number;
}

export interface SyntheticSetOptions {
  /** The folder to write `data`, `fbank` and `exp` into, absolute. */
  readonly root: string;
  /** The folder's path afterwards: what the lists name. */
  readonly target: string;
  readonly name: string;
  /** Archives to write. */
  readonly jobs: number;
  readonly model: SyntheticModel;
  readonly seed: number;
}

/**
 * Draws and writes one data directory and its alignments, job by job.
 *
 * @param onUtterance  told after each.
 * @returns            the frames written.
 */
export async function writeSyntheticSet(
  utterances: readonly PlannedUtterance[],
  { root, target, name, jobs, model, seed }: SyntheticSetOptions,
  onUtterance: () => void,
): Promise<number> {
  const at = (...parts: string[]): string => join(root, ...parts);
  const directory = at('data', name);
  const alignments = at('exp', `ali_${name}`);
  for (const folder of [directory, alignments, at('fbank')])
    await mkdir(folder, { recursive: true });

  const statistics = new Map<string, Matrix>();
  let frames = 0;
  const size = Math.ceil(utterances.length / jobs);
  const lists: string[] = [];
  for (let job = 1; (job - 1) * size < utterances.length; job++) {
    const archive = join('fbank', `raw_fbank_${name}.${job}.ark`);
    const scp = at('fbank', `raw_fbank_${name}.${job}.scp`);
    const features = createArkWriter(at(archive), { scp, nameInScp: join(target, archive) });
    const labels = createArkWriter(join(alignments, `ali.${job}.gz`));
    try {
      for (const planned of utterances.slice((job - 1) * size, job * size)) {
        const { key, speaker, speakerNumber, number } = planned;
        const drawn = sampleUtterance(model, {
          seed,
          number,
          speaker: speakerNumber,
          frames: planned.frames,
        });
        const matrix = { rows: planned.frames, columns: model.columns, data: drawn.features };
        await features.write({ key, kind: 'matrix', matrix });
        await labels.write({ key, kind: 'integers', integers: drawn.alignment });
        statistics.set(speaker, accumulateCmvn(matrix, statistics.get(speaker)));
        frames += planned.frames;
        onUtterance();
      }
      await features.close();
      await labels.close();
    } catch (error) {
      await features.abort();
      await labels.abort();
      throw error;
    }
    lists.push(await readFile(scp, 'utf8'));
  }

  const lines = (make: (each: PlannedUtterance) => string): string =>
    utterances.map((each) => `${make(each)}\n`).join('');
  const texts = {
    'feats.scp': lists.join(''),
    utt2spk: lines(({ key, speaker }) => `${key} ${speaker}`),
    spk2utt: speakerLines(utterances),
    utt2num_frames: lines((each) => `${each.key} ${each.frames}`),
  };
  for (const [file, text] of Object.entries(texts))
    await writeOutput(join(directory, file), [text]);
  await writeOutput(join(alignments, 'num_jobs'), [`${lists.length}\n`]);
  const entries = [...statistics].map(([key, matrix]) => ({
    key,
    kind: 'matrix' as const,
    matrix,
  }));
  const archive = join('fbank', `cmvn_${name}.ark`);
  await writeArk(at(archive), entries, {
    scp: join(directory, 'cmvn.scp'),
    nameInScp: join(target, archive),
  });
  return frames;
}

function speakerLines(utterances: readonly PlannedUtterance[]): string {
  const bySpeaker = new Map<string, string[]>();
  for (const { key, speaker } of utterances) {
    const own = bySpeaker.get(speaker);
    if (own === undefined) bySpeaker.set(speaker, [key]);
    else own.push(key);
  }
  return [...bySpeaker].map(([speaker, keys]) => `${speaker} ${keys.join(' ')}\n`).join('');
}
