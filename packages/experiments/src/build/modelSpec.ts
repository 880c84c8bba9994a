import type { FrameClassifierSpec, InitializerSpec, LanguageModelSpec } from '@bnrnn/recurrent';
import type { LanguageRunConfig, SpeechRunConfig } from '../config/runConfig';
import type { SharedSettings } from '../settings/settings';
import { cellSpec } from './cellSpec';

/**
 * The language model that a run's settings describe, as plain JSON.
 *
 * @param vocabularySize  distinct tokens of the corpus.
 */
export function modelSpec(
  { settings, unit }: Pick<LanguageRunConfig, 'unit' | 'settings'>,
  vocabularySize: number,
): LanguageModelSpec {
  const layer = cellSpec(settings, settings['data.time'].value);
  const deviation = settings['model.embeddingDeviation'].value;
  return {
    kind: 'languageModel',
    unit,
    vocabulary: vocabularySize,
    embedding: settings['model.units'].value,
    layers: Array.from({ length: settings['model.layers'].value }, () => layer),
    dropout: settings['model.dropout'].value,
    initializer: initializerSpec(settings),
    ...(deviation > 0 && { embeddingInitializer: { kind: 'normal', deviation } }),
  };
}

/** What a frame classifier is told by its data. */
export interface FrameSizes {
  /** Values of a frame. */
  readonly features: number;
  readonly classes: number;
}

/** Steps with statistics of their own where no utterance is too long. */
const mostSteps = 2000;

/** The frame classifier that a run's settings describe, as plain JSON. */
export function speechModelSpec(
  { settings }: Pick<SpeechRunConfig, 'settings'>,
  { features, classes }: FrameSizes,
): FrameClassifierSpec {
  const maxFrames = settings['data.maxFrames'].value;
  const layer = {
    kind: 'bidirectional',
    layer: cellSpec(settings, maxFrames === 0 ? mostSteps : maxFrames),
    merge: settings['model.merge'].value,
    statistics: settings['model.directionStatistics'].value,
  } as const;
  return {
    kind: 'frameClassifier',
    features,
    layers: Array.from({ length: settings['model.layers'].value }, () => layer),
    classes,
    initializer: initializerSpec(settings),
  };
}

function initializerSpec(settings: SharedSettings): InitializerSpec {
  const kind = settings['model.initializer'].value;
  if (kind === 'uniform') return { kind, range: settings['model.initRange'].value };
  if (kind === 'orthogonal') return { kind, recurrent: 'orthogonal' };
  return { kind };
}
