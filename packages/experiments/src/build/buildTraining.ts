import type { BatchSource, UtteranceBatch } from '@bnrnn/core';
import type { TextCorpus } from '@bnrnn/data-ptb';
import type { LanguageRunConfig, SpeechRunConfig } from '../config/runConfig';
import { runBatches } from './runBatches';
import { sharedPlan, type TrainingPlan } from './trainingPlan';

/**
 * The options of `train` that a language model's configuration decides; model, folder, clock and
 * signal are the caller's.
 *
 * @throws UsageError naming the split that does not fill one batch.
 */
export function buildTraining(
  config: LanguageRunConfig,
  corpus: Pick<TextCorpus, 'name' | 'splits'>,
): TrainingPlan {
  const { settings } = config;
  return {
    ...sharedPlan(config),
    data: {
      train: runBatches(settings, corpus, 'train'),
      valid: runBatches(settings, corpus, 'valid'),
    },
  };
}

/** The same for a frame classifier, whose splits are batches already. */
export function buildSpeechTraining(
  config: SpeechRunConfig,
  splits: Readonly<Record<'train' | 'valid', BatchSource<UtteranceBatch>>>,
): TrainingPlan {
  const plan = sharedPlan(config);
  const trainBatches = config.settings['evaluation.trainBatches'].value;
  return {
    ...plan,
    data: splits,
    evaluation: { ...plan.evaluation, ...(trainBatches > 0 && { trainBatches }) },
  };
}
