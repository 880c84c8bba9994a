import type { BatchSource, UtteranceBatch } from '@bnrnn/core';
import { tokenBatches, type TextCorpus, type TokenBatches } from '@bnrnn/data-ptb';
import type { LanguageRunConfig, SpeechRunConfig } from '../config/runConfig';
import type { LanguageSettings } from '../settings/settings';
import { sharedPlan, type TrainingPlan } from './trainingPlan';

/** The windows of a token stream as a run's settings cut it. */
export function runBatches(settings: LanguageSettings, tokens: Int32Array): TokenBatches {
  return tokenBatches(tokens, {
    batch: settings['data.batch'].value,
    time: settings['data.time'].value,
    layout: settings['data.layout'].value,
    resetAt: settings['data.resetAt'].value,
  });
}

/**
 * The options of `train` that a language model's configuration decides; model, folder, clock and
 * signal are the caller's.
 *
 * @throws UsageError when the corpus does not fill one batch.
 */
export function buildTraining(
  config: LanguageRunConfig,
  corpus: Pick<TextCorpus, 'splits'>,
): TrainingPlan {
  const { settings } = config;
  return {
    ...sharedPlan(config),
    data: {
      train: runBatches(settings, corpus.splits.train),
      valid: runBatches(settings, corpus.splits.valid),
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
