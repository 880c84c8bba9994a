import { modelFromSpec, type FromSpecOptions, type SequenceModel } from '@bnrnn/recurrent';
import type { LanguageRunConfig, SpeechRunConfig } from '../config/runConfig';
import { modelSpec, speechModelSpec, type FrameSizes } from './modelSpec';

/**
 * Makes the language model of a run, its weights drawn by the run's seed.
 *
 * @param vocabularySize  distinct tokens of the corpus.
 * @param options         the strategies of the user's own that the settings name.
 * @returns               a model on the active backend, the caller's to dispose.
 * @throws UsageError for an architecture that cannot be built.
 */
export function buildModel(
  config: Pick<LanguageRunConfig, 'unit' | 'settings' | 'seed'>,
  vocabularySize: number,
  options: FromSpecOptions = {},
): SequenceModel {
  return modelFromSpec(modelSpec(config, vocabularySize), { ...options, seed: config.seed });
}

/** Makes the frame classifier of a run in the same way. */
export function buildSpeechModel(
  config: Pick<SpeechRunConfig, 'settings' | 'seed'>,
  sizes: FrameSizes,
  options: FromSpecOptions = {},
): SequenceModel {
  return modelFromSpec(speechModelSpec(config, sizes), { ...options, seed: config.seed });
}
