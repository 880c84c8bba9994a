import type { BadUtteranceRule } from '@bnrnn/core';
import {
  joinUtterances,
  type AlignmentTable,
  type CmvnKind,
  type DroppedUtterance,
  type FeatureTable,
  type Utterance,
} from '@bnrnn/data-wsj-features';
import { openDataDirectory, type DataDirectory } from '@bnrnn/data-wsj-features/node';
import type { SpeechSettings } from '../settings/settings';
import { digestSplit } from './digestSplit';
import { shareOf } from './shareOf';

/** How the features of a run are read and changed. */
export type FeatureSettings = Pick<SpeechSettings, 'data.cmvn' | 'data.deltas'>;

export interface OpenSplitOptions {
  readonly settings: FeatureSettings;
  /** What relative paths inside scp files are tried against first. */
  readonly root?: string;
  /** Told, in a sentence, what a reader should know about how files were found. */
  readonly note?: (sentence: string) => void;
  /** What to do with utterances whose features cannot be used; default `refuse`. */
  readonly badUtterances?: BadUtteranceRule;
  /** The share of the utterances that is used, see `shareOf`; all when absent. */
  readonly share?: number;
}

/** The utterances of one data directory that have features and targets. */
export interface SpeechSplit {
  readonly directory: string;
  /** Normalized, with deltas. */
  readonly features: FeatureTable;
  /** Values of a frame as the archives hold them. */
  readonly storedFeatures: number;
  readonly utterances: readonly Utterance[];
  readonly frames: number;
  /** Utterances of the directory that are left out, and why. */
  readonly dropped: readonly DroppedUtterance[];
  readonly sha256: string;
  close(): Promise<void>;
}

const cmvnKinds: Readonly<Record<SpeechSettings['data.cmvn']['value'], 'none' | CmvnKind>> = {
  none: 'none',
  mean: 'means',
  'mean-variance': 'means and variances',
};

/**
 * Opens the features of a data directory as a run's settings change them, joined with their targets.
 *
 * @throws DataError when a file is missing or is not what it should be.
 */
export async function openSpeechSplit(
  directory: string,
  alignments: AlignmentTable,
  options: OpenSplitOptions,
): Promise<SpeechSplit> {
  const { features, stored, dropped } = await openDirectory(directory, options);
  const joined = joinUtterances(features, alignments, { dropped });
  const utterances = shareOf(joined.utterances, options.share ?? 1);
  const sha256 = await digestSplit(stored, alignments, utterances);
  return {
    directory,
    features,
    storedFeatures: stored.columns,
    utterances,
    frames: utterances.reduce((sum, { frames }) => sum + frames, 0),
    // What is aligned and is not here may belong to another directory.
    dropped: joined.dropped.filter(({ reason }) => reason !== 'no features'),
    sha256,
    close: () => features.close(),
  };
}

/**
 * Opens the features of a data directory as a run's settings change them, for frames without targets. Utterances
 * without frames are among the dropped ones.
 */
export async function openFeatureTable(
  directory: string,
  options: OpenSplitOptions,
): Promise<DataDirectory> {
  const opened = await openDirectory(directory, options);
  const { features, dropped } = opened;
  const empty = features.keys.filter((key) => features.frames(key) === 0);
  return {
    ...opened,
    dropped: [...dropped, ...empty.map((key) => ({ key, reason: 'no frames' as const }))],
  };
}

function openDirectory(directory: string, options: OpenSplitOptions): Promise<DataDirectory> {
  const { settings, root, note, badUtterances } = options;
  const order = settings['data.deltas'].value;
  return openDataDirectory(directory, {
    ...(root !== undefined && { root }),
    cmvn: cmvnKinds[settings['data.cmvn'].value],
    ...(order > 0 && { deltas: { order } }),
    ...(note !== undefined && { note }),
    ...(badUtterances !== undefined && { badUtterances }),
  });
}
