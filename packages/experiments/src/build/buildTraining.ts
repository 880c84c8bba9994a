import { tokenBatches, type TextCorpus, type TokenBatches } from '@bnrnn/data-ptb';
import type { EvaluationOptions, TrainOptions } from '@bnrnn/training';
import type { RunConfig } from '../config/runConfig';
import type { Settings } from '../settings/settings';

/** What a run's configuration decides of `train`'s options. */
export type TrainingPlan = Required<
  Pick<
    TrainOptions,
    'data' | 'optimizer' | 'schedule' | 'clip' | 'seed' | 'epochs' | 'evaluation' | 'run'
  >
> &
  Pick<TrainOptions, 'maxSteps'>;

/** The windows of a token stream as a run's settings cut it. */
export function runBatches(settings: Settings, tokens: Int32Array): TokenBatches {
  return tokenBatches(tokens, {
    batch: settings['data.batch'].value,
    time: settings['data.time'].value,
    layout: settings['data.layout'].value,
    resetAt: settings['data.resetAt'].value,
  });
}

/**
 * The options of `train` that a run's configuration decides; model, folder, clock and signal are the
 * caller's.
 *
 * @throws UsageError when the corpus does not fill one batch.
 */
export function buildTraining(
  config: RunConfig,
  corpus: Pick<TextCorpus, 'splits' | 'info'>,
): TrainingPlan {
  const { settings, preset, recipe, backend, seed } = config;
  const maxSteps = settings['schedule.maxSteps'].value;
  return {
    data: {
      train: runBatches(settings, corpus.splits.train),
      valid: runBatches(settings, corpus.splits.valid),
    },
    optimizer: { kind: 'sgd' },
    schedule: {
      initial: settings['optimizer.learningRate'].value,
      decayFactor: settings['schedule.decayFactor'].value,
      firstDecayedEpoch: settings['schedule.firstDecayedEpoch'].value,
      every: settings['schedule.decayEvery'].value,
    },
    clip: {
      maxNorm: settings['optimizer.maxGradientNorm'].value,
      at: settings['optimizer.clipAt'].value,
    },
    seed,
    epochs: settings['schedule.epochs'].value,
    ...(maxSteps > 0 && { maxSteps }),
    evaluation: evaluationOptions(settings),
    run: { preset, recipe, backend, corpus: corpus.info },
  };
}

/** Zero in a setting means no limit; `train` says so by leaving the option out. */
function evaluationOptions(settings: Settings): EvaluationOptions {
  const maxBatches = settings['evaluation.maxBatches'].value;
  const recalibrationBatches = settings['evaluation.recalibrationBatches'].value;
  return {
    statistics: [settings['evaluation.statistics'].value],
    perEpoch: settings['evaluation.perEpoch'].value,
    ...(maxBatches > 0 && { maxBatches }),
    ...(recalibrationBatches > 0 && { recalibrationBatches }),
  };
}
