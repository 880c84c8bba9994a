import { modelFromSpec, type SequenceModel } from '@bnrnn/recurrent';
import type { LanguageRunConfig, SpeechRunConfig } from '../config/runConfig';
import { modelSpec, speechModelSpec, type FrameSizes } from './modelSpec';

/**
 * Makes the language model of a run, its weights drawn by the run's seed.
 *
 * @param vocabularySize  distinct tokens of the corpus.
 * @returns               a model on the active backend, the caller's to dispose.
 * @throws UsageError for an architecture that cannot be built.
 */
export function buildModel(
  config: Pick<LanguageRunConfig, 'unit' | 'settings' | 'seed'>,
  vocabularySize: number,
): SequenceModel {
  return modelFromSpec(modelSpec(config, vocabularySize), { seed: config.seed });
}

/** Makes the frame classifier of a run in the same way. */
export function buildSpeechModel(
  config: Pick<SpeechRunConfig, 'settings' | 'seed'>,
  sizes: FrameSizes,
): SequenceModel {
  return modelFromSpec(speechModelSpec(config, sizes), { seed: config.seed });
}
