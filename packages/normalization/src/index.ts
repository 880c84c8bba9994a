export { batchNorm } from './batchNorm';
export type { BatchNormOptions } from './batchNormSpec';
export { layerNorm, type LayerNormOptions } from './layerNorm';
export { none } from './none';
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
export { normalizerFromSpec, parseNormalizerSpec } from './normalizerFromSpec';
export type {
  BatchNormSpec,
  EpsilonRule,
  LayerNormSpec,
  NoneSpec,
  NormalizeOver,
  NormalizerSpec,
} from './normalizerSpec';
export {
  recurrentBatchNorm,
  recurrentBatchNormSpecs,
  type RecurrentBatchNorm,
  type RecurrentBatchNormOptions,
} from './recurrentBatchNorm';
export {
  hasStatistics,
  needsWholeSequence,
  refuseInCausalModel,
  refuseInsideRecurrence,
} from './refusals';
export { stackMoments } from './stackMoments';
export { StatisticsAverage } from './statisticsAverage';
