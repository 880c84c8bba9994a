export type {
  ApplyOptions,
  ApplyStepOptions,
  Moments,
  NormalizedSequence,
  NormalizedStep,
  Normalizer,
  NormalizerMode,
  NormalizerParameters,
  NormalizerWeights,
  Statistics,
} from './normalizer';
export type {
  BatchNormSpec,
  EpsilonRule,
  LayerNormSpec,
  NoneSpec,
  NormalizeOver,
  NormalizerSpec,
} from './normalizerSpec';
