export { batchNorm } from './batchNorm';
export type { BatchNormOptions } from './batchNormSpec';
export { exampleNormalizers, type ExampleNormalizer } from './exampleNormalizers';
export { layerNorm, type LayerNormOptions } from './layerNorm';
export { momentsOverRanks } from './momentsOverRanks';
export { natural, type NaturalOptions } from './natural';
export { none } from './none';
export { measuredRows } from './normalizer';
export type {
  ApplyOptions,
  InitOptions,
  Measured,
  MeasureInputOptions,
  NamedTensors,
  Normalized,
  Normalizer,
  NormalizerMode,
  NormalizerNeeds,
  NormalizerStart,
  Renewable,
  StoredMap,
} from './normalizer';
export { normalizerFromSpec, type NormalizerFromSpecOptions } from './normalizerFromSpec';
export {
  isBatchNormSpec,
  type BatchNormSpec,
  type BuiltInSpec,
  type EpsilonRule,
  type LayerNormSpec,
  type NoneSpec,
  type NormalizeOver,
  type NormalizerSpec,
  type OwnSpec,
} from './normalizerSpec';
export {
  recurrentBatchNorm,
  type RecurrentBatchNorm,
  type RecurrentBatchNormOptions,
} from './recurrentBatchNorm';
export { refuseInCausalModel, refuseInsideRecurrence, refuseUnsummed } from './refusals';
export type { NormalizerStrategy, ParameterShapes, SpecFields } from './normalizerStrategy';
export { online, type OnlineOptions } from './online';
export { renorm, type RenormOptions } from './renorm';
export { rms, type RmsOptions } from './rms';
export { builtInShapes, ownSettings, specOfName, strategyNames } from './strategy';
export type { StrategySetting } from './strategySetting';
export { sumOverRanks, type Ranks } from './sumOverRanks';
export { StatisticsAverage } from './statisticsAverage';
export { weight } from './weight';
export { whiten } from './whiten';
export type { WhitenOptions, WhitenSpec } from './whitenSpec';
