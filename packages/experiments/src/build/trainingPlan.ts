import type { EvaluationOptions, OptimizerSpec, TrainOptions } from '@bnrnn/training';
import type { RunConfig } from '../settings/runConfig';
import type { SharedSettings, SpeechSettings } from '../settings/settings';

/** What a run's configuration decides of `train`'s options. */
export type TrainingPlan = Required<
  Pick<TrainOptions, 'data' | 'optimizer' | 'schedule' | 'seed' | 'epochs' | 'evaluation' | 'run'>
> &
  Pick<TrainOptions, 'maxSteps' | 'clip'>;

/**
 * The options of `train` that a run's configuration decides; model, folder, clock and signal are the caller's.
 * 0 in a setting means no limit and leaves it out.
 *
 * @param data  the batches of each split, as the settings make them.
 */
export function trainingPlan(config: RunConfig, data: TrainingPlan['data']): TrainingPlan {
  const { preset, recipe, backend, seed, corpus } = config;
  const settings: Settings = config.settings;
  const maxSteps = settings['schedule.maxSteps'].value;
  const maxNorm = settings['optimizer.maxGradientNorm'].value;
  return {
    data,
    optimizer: optimizerSpec(settings),
    schedule: {
      initial: settings['optimizer.learningRate'].value,
      decayFactor: settings['schedule.decayFactor'].value,
      firstDecayedEpoch: settings['schedule.firstDecayedEpoch'].value,
      every: settings['schedule.decayEvery'].value,
    },
    ...(maxNorm > 0 && { clip: { maxNorm, at: settings['optimizer.clipAt'].value } }),
    seed,
    epochs: settings['schedule.epochs'].value,
    ...(maxSteps > 0 && { maxSteps }),
    evaluation: evaluationOptions(settings),
    run: { preset, recipe, backend, corpus },
  };
}

/** What both tasks have, and what one of them may. */
type Settings = SharedSettings & Partial<Pick<SpeechSettings, 'evaluation.trainBatches'>>;

function optimizerSpec(settings: SharedSettings): OptimizerSpec {
  const kind = settings['optimizer.kind'].value;
  if (kind === 'sgd') return { kind };
  if (kind === 'momentum') return { kind, momentum: settings['optimizer.momentum'].value };
  return {
    kind,
    beta1: settings['optimizer.beta1'].value,
    beta2: settings['optimizer.beta2'].value,
    epsilon: settings['optimizer.epsilon'].value,
  };
}

function evaluationOptions(settings: Settings): EvaluationOptions {
  const maxBatches = settings['evaluation.maxBatches'].value;
  const recalibrationBatches = settings['evaluation.recalibrationBatches'].value;
  const trainBatches = settings['evaluation.trainBatches']?.value ?? 0;
  return {
    statistics: [settings['evaluation.statistics'].value],
    perEpoch: settings['evaluation.perEpoch'].value,
    ...(maxBatches > 0 && { maxBatches }),
    ...(recalibrationBatches > 0 && { recalibrationBatches }),
    ...(trainBatches > 0 && { trainBatches }),
  };
}
