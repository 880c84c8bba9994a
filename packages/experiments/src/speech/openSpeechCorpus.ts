import { basename, resolve } from 'node:path';
import { DataError, type CorpusInfo, type SpeechFiles } from '@bnrnn/core';
import {
  utteranceBatches,
  type AlignmentTable,
  type UtteranceBatches,
} from '@bnrnn/data-wsj-features';
import { readAlignments } from '@bnrnn/data-wsj-features/node';
import type { FrameSizes } from '../build/modelSpec';
import type { SpeechRunConfig } from '../settings/runConfig';
import type { SpeechSettings } from '../settings/settings';
import {
  openSpeechSplit,
  type FeatureSettings,
  type OpenSplitOptions,
  type SpeechSplit,
} from './openSpeechSplit';

/** The data of a frame classifier, opened: nothing of the archives but what is asked for is in memory. */
export interface SpeechCorpus {
  readonly info: CorpusInfo;
  readonly sizes: FrameSizes;
  readonly alignments: AlignmentTable;
  readonly train: SpeechSplit;
  readonly dev: SpeechSplit;
  /** Aligned utterances that neither directory has features of; those that one of them drops are not among them. */
  readonly withoutFeatures: readonly string[];
  close(): Promise<void>;
}

/** How the features of a run are read and changed, and how much of them is trained on. */
export type OpenCorpusOptions = Pick<OpenSplitOptions, 'note'> & {
  readonly settings: FeatureSettings & Pick<SpeechSettings, 'data.trainShare'>;
};

/**
 * Opens the data directories and reads the alignments of a frame classifier.
 *
 * @throws DataError when a file is missing or is not what it should be, when training and dev features
 *   differ in width, or when one of the directories has no aligned utterance.
 */
export async function openSpeechCorpus(
  files: SpeechFiles,
  options: OpenCorpusOptions,
): Promise<SpeechCorpus> {
  const alignments = await openAlignments(files, options);
  const { root, badUtterances } = files;
  const each = {
    ...options,
    ...(root !== undefined && { root }),
    ...(badUtterances !== undefined && { badUtterances }),
  };
  const train = await openSpeechSplit(files.train, alignments, {
    ...each,
    share: options.settings['data.trainShare'].value,
  });
  const dev = await openSpeechSplit(files.dev, alignments, each);
  for (const { directory, utterances } of [train, dev]) {
    if (utterances.length > 0) continue;
    throw new DataError(`${directory}: none of its utterances has an alignment.`, {
      hint: 'Name the alignments of both directories: --alignments DIR DIR.',
    });
  }
  const features = train.features.columns;
  if (dev.features.columns !== features) {
    throw new DataError(
      `${dev.directory} has ${dev.features.columns} values a frame, expected ${features} as in ${train.directory}.`,
    );
  }
  const { classes } = alignments;
  // What a directory drops, for want of statistics or frames, has features.
  const known = new Set(
    [train, dev].flatMap(({ features: { keys }, dropped }) => [
      ...keys,
      ...dropped.map(({ key }) => key),
    ]),
  );
  return {
    info: {
      name: basename(resolve(files.train)),
      sha256: { train: train.sha256, valid: dev.sha256 },
      counts: { train: train.frames, valid: dev.frames },
      classes,
    },
    sizes: { features, classes },
    alignments,
    train,
    dev,
    withoutFeatures: alignments.keys.filter((key) => !known.has(key)),
    close: async () => {
      await Promise.all([train.close(), dev.close()]);
    },
  };
}

/** The targets of every utterance, by the model where the alignments are transition-ids. */
export function openAlignments(
  {
    alignments,
    model,
    symbols,
    root,
  }: Pick<SpeechFiles, 'alignments' | 'model' | 'symbols' | 'root'>,
  { note }: Pick<OpenSplitOptions, 'note'>,
): Promise<AlignmentTable> {
  return readAlignments(alignments, {
    ...(model !== undefined && { model }),
    ...(symbols !== undefined && { symbols }),
    ...(root !== undefined && { root }),
    ...(note !== undefined && { note }),
  });
}

/** The training batches of a run, as its settings shuffle, filter and bucket them. */
export function trainingBatches(
  { settings, seed }: Pick<SpeechRunConfig, 'settings' | 'seed'>,
  { alignments, train }: Pick<SpeechCorpus, 'alignments' | 'train'>,
): UtteranceBatches {
  const maxFrames = settings['data.maxFrames'].value;
  const poolBatches = settings['data.poolBatches'].value;
  return utteranceBatches({
    features: train.features,
    alignments,
    utterances: train.utterances,
    batch: settings['data.batch'].value,
    order: { kind: 'shuffled', seed, poolBatches },
    ...(maxFrames > 0 && { maxFrames }),
  });
}

/** The batches of a split that is only evaluated: every utterance, sorted by length. */
export function evaluationBatches(
  { settings }: Pick<SpeechRunConfig, 'settings'>,
  alignments: AlignmentTable,
  { features, utterances }: SpeechSplit,
): UtteranceBatches {
  return utteranceBatches({
    features,
    alignments,
    utterances,
    batch: settings['data.batch'].value,
    order: { kind: 'sorted' },
  });
}
