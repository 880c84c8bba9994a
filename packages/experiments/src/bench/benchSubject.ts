import type { BatchSource } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';
import { buildModel, buildSpeechModel } from '../build/buildModel';
import { modelSpec, speechModelSpec, type FrameSizes } from '../build/modelSpec';
import { sharedPlan, type TrainingPlan } from '../build/trainingPlan';
import type { LanguageRunConfig, SpeechRunConfig } from '../config/runConfig';
import { productList, type StepProduct } from './productList';
import { randomTokens, randomUtterances } from './randomBatches';

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

/** A language model on random tokens. @param types  distinct tokens. */
export function languageSubject(config: LanguageRunConfig, types: number): BenchSubject {
  const time = config.settings['data.time'].value;
  const batch = config.settings['data.batch'].value;
  return {
    unit: config.unit,
    makeModel: () => buildModel(config, types),
    plan: sharedPlan(config),
    source: randomTokens({ time, batch, types, seed: config.seed }),
    unitsPerStep: time * batch,
    products: productList(modelSpec(config, types), { time, batch }),
  };
}

/** A frame classifier on random utterances, each of `frames` frames. */
export function speechSubject(
  config: SpeechRunConfig,
  sizes: FrameSizes & { readonly frames: number },
): BenchSubject {
  const { frames: time } = sizes;
  const batch = config.settings['data.batch'].value;
  return {
    unit: config.unit,
    makeModel: () => buildSpeechModel(config, sizes),
    plan: sharedPlan(config),
    source: randomUtterances({ ...sizes, time, batch, seed: config.seed }),
    unitsPerStep: time * batch,
    products: productList(speechModelSpec(config, sizes), { time, batch }),
  };
}
