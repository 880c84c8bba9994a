export {
  isPadded,
  project,
  product,
  stepOf,
  transpose,
  zeroPadding,
  type RowLengths,
} from './arithmetic';
export {
  batchNormalize,
  type BatchNormalizeOptions,
  type BatchNormalizeResult,
} from './batchNormalize';
export { cooijmansLstm, type CooijmansLstmOptions } from './cooijmansLstm';
export {
  projectedCrossEntropy,
  softmaxCrossEntropy,
  type ProjectedCrossEntropyOptions,
  type SoftmaxCrossEntropyOptions,
} from './crossEntropy';
export { dropout } from './dropout';
export { embedding } from './embedding';
export { gruScan, type GruScanOptions, type GruScanResult } from './gruScan';
export {
  languageModel,
  type LanguageModelOptions,
  type LanguageModelResult,
} from './languageModel';
export { layerNormalize, type LayerNormalizeOptions } from './layerNormalize';
export {
  gruLayer,
  lstmLayer,
  rnnLayer,
  type GruLayerOptions,
  type LayerWeights,
  type LstmLayerOptions,
  type RnnLayerOptions,
  type SequenceNormalizer,
} from './layers';
export { lstmScan, type LstmScanOptions, type LstmScanResult } from './lstmScan';
export { bidirectional, mergeDirections } from './mergeDirections';
export {
  adamStep,
  globalNorm,
  momentumStep,
  sgdStep,
  type AdamStepOptions,
  type MomentumStepOptions,
  type SgdStepOptions,
} from './optimizerSteps';
export { rnnScan, type RnnScanOptions, type RnnScanResult } from './rnnScan';
export { runningAverage, type RunningAverageOptions } from './runningAverage';
export { standardize, type EpsilonRule } from './standardize';
export {
  batchStep,
  layerStep,
  type BatchStepOptions,
  type LayerStepOptions,
  type StepMoments,
  type StepNormalizer,
} from './stepNormalizer';
export { whiten, type Whitening, type WhitenOptions, type WhitenResult } from './whiten';
export { whiteningMatrix, type WhiteningRule } from './whiteningMatrix';
export {
  strategyGradients,
  strategyOracle,
  type ActivationOracle,
  type NamedArrays,
  type StrategyCall,
  type StrategyOracle,
  type WeightOracle,
} from './strategies';
export { normalizeWeights, whitenInput } from './normalizeWeights';
export {
  onlineBackward,
  onlineOutput,
  onlineStandardize,
  type OnlineNormalizeOptions,
} from './onlineNormalize';
export { renormalize, renormCorrection, type RenormalizeOptions } from './renormalize';
