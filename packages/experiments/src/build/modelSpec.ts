import type { FrameClassifierSpec, InitializerSpec, LanguageModelSpec } from '@bnrnn/recurrent';
import { normalizerAt } from './normalizerAt';
import type { LanguageSettings, SharedSettings, SpeechSettings } from '../settings/settings';
import { cellSpec } from './cellSpec';

/** What a language model is told by its data. */
export interface TextSizes {
  /** Distinct tokens of the corpus. */
  readonly classes: number;
}

/** The language model that a run's settings describe, as plain JSON. */
export function languageModelSpec(
  settings: LanguageSettings,
  { classes }: TextSizes,
): LanguageModelSpec {
  const layer = cellSpec(settings, settings['data.time'].value);
  const deviation = settings['model.embeddingDeviation'].value;
  const onEmbedding = normalizerAt(settings, 'embedding', settings['data.time'].value);
  return {
    kind: 'languageModel',
    unit: settings['data.level'].value,
    vocabulary: classes,
    embedding: settings['model.units'].value,
    layers: Array.from({ length: settings['model.layers'].value }, () => layer),
    dropout: settings['model.dropout'].value,
    initializer: initializerSpec(settings),
    ...(deviation > 0 && { embeddingInitializer: { kind: 'normal', deviation } }),
    ...(settings['model.tied'].value && { tied: true }),
    ...(onEmbedding && { normalizeEmbedding: onEmbedding }),
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
export function frameClassifierSpec(
  settings: SpeechSettings,
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
