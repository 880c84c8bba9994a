import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../bytes/fault';
import type { CmvnKind } from '../../cmvn/cmvn';
import { readCmvnStatistics, type CmvnStatistics } from '../cmvn/readStatistics';
import type { DeltaOptions } from '../../deltas/deltas';
import type { FeatureTable } from '../../features';
import type { ReadOptions } from '../scp/targetReader';
import { openFeatures, type OpenFeaturesOptions } from '../tables/openFeatures';
import { withCmvn, withDeltas, withKeys } from '../../tables/transformed';
import type { DroppedUtterance } from '../../directory/dropped';
import { readFrameCounts, readSpeakers } from './keyedLines';

export interface DataDirectoryOptions
  extends ReadOptions, Pick<OpenFeaturesOptions, 'badUtterances' | 'readValues'> {
  /** Default `none`: features as they are. */
  readonly cmvn?: 'none' | CmvnKind;
  /** Statistics to normalize with instead of the folder's `cmvn.scp`: of speakers, or a file with one matrix for all. */
  readonly statistics?: string;
  /** Derivatives to append after normalization, as Kaldi's recipes do. Default: none. */
  readonly deltas?: DeltaOptions;
}

/** A Kaldi data directory, opened. */
export interface DataDirectory {
  readonly path: string;
  /** The utterances that can be read, normalized and with deltas as asked for. */
  readonly features: FeatureTable;
  /** All utterances of `feats.scp` as the archives hold them. Closed with `features`. */
  readonly stored: FeatureTable;
  /** The speaker of each utterance, as `utt2spk` has it; empty without that file. */
  readonly speakers: ReadonlyMap<string, string>;
  /** Utterances of `feats.scp` that cannot be normalized, and with `badUtterances: 'drop'` those that cannot be used. */
  readonly dropped: readonly DroppedUtterance[];
}

/**
 * Opens a data directory as Kaldi's scripts leave it: `feats.scp`, and where they are there and needed `utt2spk`,
 * `utt2num_frames` and `cmvn.scp`. Of the archives the headers are read, with `badUtterances: 'drop'` every value once.
 *
 * @throws DataError when a file is missing or malformed, or when no utterance can be normalized.
 */
export async function openDataDirectory(
  path: string,
  options: DataDirectoryOptions = {},
): Promise<DataDirectory> {
  const { cmvn = 'none', deltas } = options;
  const has = (name: string): boolean => existsSync(join(path, name));
  if (!has('feats.scp')) {
    throw fault({ file: path }, 'has no feats.scp, expected a Kaldi data directory.', {
      hint: 'Give the folder that steps/make_mfcc.sh or make_fbank.sh wrote to, such as data/train.',
    });
  }
  const speakers = has('utt2spk')
    ? await readSpeakers(join(path, 'utt2spk'))
    : new Map<string, string>();
  const counts = has('utt2num_frames')
    ? { frames: await readFrameCounts(join(path, 'utt2num_frames')) }
    : {};
  const table = await openFeatures(join(path, 'feats.scp'), { ...options, ...counts });
  try {
    const { features, dropped: notNormalized } =
      cmvn === 'none'
        ? { features: table, dropped: [] }
        : await normalized(path, table, speakers, cmvn, options);
    const whole = deltas === undefined ? features : withDeltas(features, deltas);
    const dropped = [...table.dropped, ...notNormalized];
    return { path, features: whole, stored: table, speakers, dropped };
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** The table normalized by speaker, without the utterances for which that cannot be done. */
async function normalized(
  path: string,
  table: FeatureTable,
  speakers: ReadonlyMap<string, string>,
  cmvn: CmvnKind,
  options: DataDirectoryOptions,
): Promise<{ features: FeatureTable; dropped: DroppedUtterance[] }> {
  const file = options.statistics ?? join(path, 'cmvn.scp');
  if (!existsSync(file)) {
    throw fault({ file }, 'is not there, but normalization was asked for.', {
      hint: 'Run steps/compute_cmvn_stats.sh, name the statistics, or ask for no normalization.',
    });
  }
  const statistics = await readCmvnStatistics(file, table.columns, cmvn, options);
  if (!statistics.global && speakers.size === 0) {
    throw fault({ file: path }, 'has no utt2spk, which normalization by speaker needs.');
  }
  const dropped: DroppedUtterance[] = [];
  const kept = table.keys.filter((key) => {
    const reason = missingStatistics(key, speakers.get(key), statistics);
    if (reason !== undefined) dropped.push(reason);
    return reason === undefined;
  });
  if (kept.length === 0) {
    throw fault({ file: path }, 'has no utterance with a speaker whose statistics are there.', {
      hint: 'Are utt2spk and cmvn.scp of the same data as feats.scp?',
    });
  }
  const own = (key: string): ReturnType<CmvnStatistics['of']> =>
    statistics.of(speakers.get(key) ?? '');
  return { features: withCmvn(withKeys(table, kept), own, cmvn), dropped };
}

function missingStatistics(
  key: string,
  speaker: string | undefined,
  statistics: CmvnStatistics,
): DroppedUtterance | undefined {
  if (statistics.global) return undefined;
  if (speaker === undefined) return { key, reason: 'no speaker' };
  if (statistics.of(speaker) !== undefined) return undefined;
  return { key, reason: 'no speaker statistics', detail: `speaker ${speaker}` };
}
