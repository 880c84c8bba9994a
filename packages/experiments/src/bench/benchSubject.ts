import type { BatchSource } from '@bnrnn/core';
import {
  modelFromSpec,
  type FromSpecOptions,
  type ModelSpec,
  type SequenceModel,
} from '@bnrnn/recurrent';
import { trainingPlan, type TrainingPlan } from '../build/trainingPlan';
import type { RunConfig } from '../settings/runConfig';
import { productList, type StepProduct } from './productList';
import { randomBatches } from './randomBatches';

/** What is benched: a run's model, its training and the batches it is fed. */
export interface BenchSubject {
  readonly unit: SequenceModel['unit'];
  /** A new model, the caller's to dispose. */
  makeModel(): SequenceModel;
  readonly plan: Omit<TrainingPlan, 'data' | 'evaluation'>;
  readonly source: BatchSource;
  /** Words, characters or frames of a step. */
  readonly unitsPerStep: number;
  readonly products: readonly StepProduct[];
}

/**
 * A run's training on random batches of full length.
 *
 * @param spec  the model that the run's settings describe.
 * @param time  steps of a window, or frames of each utterance.
 * @param options  the strategies of the user's own that the settings name.
 */
export function benchSubject(
  config: RunConfig,
  spec: ModelSpec,
  time: number,
  { strategies = [] }: FromSpecOptions = {},
): BenchSubject {
  const { unit, seed, settings } = config;
  const batch = settings['data.batch'].value;
  const source = randomBatches(spec, { time, batch, seed });
  return {
    unit,
    makeModel: () => modelFromSpec(spec, { seed, strategies }),
    plan: trainingPlan(config, { train: source }),
    source,
    unitsPerStep: time * batch,
    products: productList(spec, { time, batch }),
  };
}
