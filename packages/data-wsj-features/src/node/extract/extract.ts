import { BnrnnError, DataError, expectNumber, expectOneOf, UsageError } from '@bnrnn/core';
import { isKey } from '../../ark/readKey';
import { printable } from '../../bytes/fault';
import { deltaSettings } from '../../deltas/deltas';
import { filterbank } from '../../fbank/filterbank';
import type { FilterbankOptions } from '../../fbank/filterbankOptions';
import type { PhoneMap } from '../../labels/phoneMap';
import { byteOrder } from '../../bytes/byteText';
import type { PhoneTable } from '../../labels/phoneTable';
import { DataSetWriter } from './dataSetWriter';
import { makeUtterance } from './makeUtterance';
import { findPhones } from './readLabels';
import type { Recording } from './recording';
import { RecordingReader } from './recordingReader';
import { stageFolder } from './stagedFolder';

export interface ExtractOptions extends FilterbankOptions {
  /** Orders of derivatives behind the static values, default 0; 2 is the paper's. */
  deltas?: number;
  /** Numbers the labels, so that two data sets agree. Default: all phones of these recordings in the order of their bytes. */
  phones?: PhoneTable;
  /** Applied to the labels first. */
  phoneMap?: PhoneMap;
  /** `refuse` (default): nothing is written unless all recordings are good. `drop`: bad ones are left out and reported. */
  badFiles?: 'refuse' | 'drop';
  /** Lets recordings whose path ends in `|` run as shell commands. Default false. */
  allowCommands?: boolean;
  /** The channel to take of recordings that have several, from 1. Left out, recordings must have one. */
  channel?: number;
  /** Told, in a sentence, where the sizes in a recording disagree with what is there. */
  note?: (sentence: string) => void;
  /** Called after each utterance. */
  onRecording?: (done: number, of: number) => void;
}

/** What `extract` wrote. */
export interface ExtractReport {
  /** Absolute. */
  readonly folder: string;
  readonly utterances: number;
  readonly frames: number;
  /** Values a frame, deltas included. */
  readonly columns: number;
  readonly speakers: number;
  /** The classes of the frame labels; undefined without labels. */
  readonly classes: number | undefined;
  /** Frames past the last label of their recording, which took that label. */
  readonly framesPastLabels: number;
  /** Recordings left out, and the sentence that says why. */
  readonly dropped: readonly { readonly recording: Recording; readonly reason: string }[];
}

/**
 * Makes a Kaldi data directory of recordings: filterbanks with deltas, frame labels, speaker statistics.
 *
 * Utterances that are parts of recordings (`Recording.part`) get a `segments` beside `wav.scp`, as Kaldi has it.
 *
 * Written are `feats.ark` (float32) and `feats.scp`, `cmvn.ark` and `cmvn.scp` (per speaker, of the values as written),
 * `utt2spk`, `spk2utt`, `utt2num_frames`, `wav.scp`, and with labels `labels.1.txt` (a line of `UTTERANCE ID ID ...`, an id
 * a frame, as `ali-to-pdf ... ark,t:` writes) and `phones.txt`; sorted by key. Lists name absolute paths. One recording
 * is in memory at a time; the folder appears under its name when everything is in it.
 *
 * A frame's label is the one that holds its middle sample.
 *
 * @throws DataError with one sentence for each bad recording; UsageError for an option that cannot be used, no
 *   recordings, a key twice, or a folder that holds files.
 */
export async function extract(
  recordings: readonly Recording[],
  folder: string,
  options: ExtractOptions = {},
): Promise<ExtractReport> {
  const { phoneMap, onRecording } = options;
  const badFiles = expectOneOf('extract: badFiles', options.badFiles ?? 'refuse', [
    'refuse',
    'drop',
  ]);
  const bank = filterbank(options);
  const { order } = deltaSettings({ order: options.deltas ?? 0 });
  const sorted = sortedRecordings(recordings);
  const phones = await findPhones(sorted, phoneMap, options.phones);

  const dropped: ExtractReport['dropped'][number][] = [];
  let framesPastLabels = 0;
  const { allowCommands = false, channel, note } = options;
  if (channel !== undefined) {
    expectNumber('extract: channel', channel, { integer: true, min: 1 });
  }
  const reader = new RecordingReader({
    allowCommands,
    ...(channel !== undefined && { channel }),
    ...(note !== undefined && { note }),
  });
  const settings = { reader, bank, order, phones, phoneMap };
  const staged = await stageFolder(folder);
  const writer = new DataSetWriter(staged.path, staged.target, phones);
  try {
    for (const [index, recording] of sorted.entries()) {
      const made = await makeUtterance(recording, settings).catch(reasonOf);
      if (typeof made === 'string') {
        dropped.push({ recording, reason: made });
      } else {
        await writer.write(recording, made.features, made.labels);
        framesPastLabels += made.framesPastLabels;
      }
      onRecording?.(index + 1, sorted.length);
    }
    if (dropped.length > 0 && (badFiles === 'refuse' || writer.utterances === 0)) {
      throw badRecordings(dropped, sorted.length);
    }
    await writer.close();
    await staged.commit();
  } catch (error) {
    await writer.abort();
    await staged.abort();
    throw error;
  }
  return {
    folder: staged.target,
    utterances: writer.utterances,
    frames: writer.frames,
    columns: bank.columns * (order + 1),
    speakers: writer.speakers,
    classes: phones?.classes,
    framesPastLabels,
    dropped,
  };
}

function sortedRecordings(recordings: readonly Recording[]): Recording[] {
  if (recordings.length === 0) throw new UsageError('extract: there are no recordings.');
  const sorted = [...recordings].sort((a, b) => byteOrder(a.utterance, b.utterance));
  sorted.forEach(({ utterance, speaker, path, part }, i) => {
    if (sorted[i - 1]?.utterance === utterance) {
      throw new UsageError(`extract: two recordings have the key ${utterance}.`);
    }
    const keys = [utterance, speaker, ...(part === undefined ? [] : [part.recording])];
    const odd = keys.find((key) => !isKey(key)) ?? (/[\r\n]/.test(path) ? path : undefined);
    if (odd !== undefined) {
      throw new UsageError(
        `extract: "${printable(odd)}" cannot stand in a list: keys need printable characters without white space, paths a single line.`,
      );
    }
  });
  return sorted;
}

/** The sentence of an error about a recording; any other error is thrown on. */
function reasonOf(error: unknown): string {
  if (!(error instanceof BnrnnError)) throw error;
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}

function badRecordings(dropped: ExtractReport['dropped'], of: number): DataError {
  const shown = dropped.slice(0, 20).map(({ reason }) => `\n  ${reason}`);
  const more = dropped.length > shown.length ? `\n  and ${dropped.length - shown.length} more` : '';
  return new DataError(
    `extract: ${dropped.length} of ${of} recordings cannot be used, nothing was written:${shown.join('')}${more}`,
    {
      hint: 'Repair or remove them, or leave them out: --bad-files drop (in a program, badFiles: "drop").',
    },
  );
}
