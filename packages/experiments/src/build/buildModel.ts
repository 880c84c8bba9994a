import { modelFromSpec, type SequenceModel } from '@bnrnn/recurrent';
import type { RunConfig } from '../config/runConfig';
import { modelSpec } from './modelSpec';

/**
 * Makes the model of a run, its weights drawn by the run's seed.
 *
 * @param vocabularySize  distinct tokens of the corpus.
 * @returns               a model on the active backend, the caller's to dispose.
 * @throws UsageError for an architecture that cannot be built.
 */
export function buildModel(
  config: Pick<RunConfig, 'unit' | 'settings' | 'seed'>,
  vocabularySize: number,
): SequenceModel {
  return modelFromSpec(modelSpec(config, vocabularySize), { seed: config.seed });
}
