export type { InitializerSpec } from './initialize/initializer';
export { initialValues, type ParameterShape } from './initialize/initialValues';
export { bidirectional, type BidirectionalOptions } from './layers/bidirectional';
export type { CellLayer } from './layers/cellLayer';
export {
  cellShapes,
  placedIn,
  type CellParameter,
  type PlacedShape,
  type RecurrentSpec,
} from './layers/cellShapes';
export { describeCells, type DescribedCell, type DescribedLayers } from './layers/describeCells';
export { gru, type GruOptions } from './layers/gru';
export type {
  FoldContext,
  FoldedLayer,
  Layer,
  LayerContext,
  LayerPlace,
  LayerResult,
  LeftPlacement,
  PlacedNormalizer,
} from './layers/layer';
export { layerFromSpec, type FromSpecOptions } from './layers/layerFromSpec';
export {
  placements,
  type BidirectionalSpec,
  type GruSpec,
  type LayerSpec,
  type LstmSpec,
  type Placement,
  type PlacementSpecs,
  type RnnSpec,
} from './layers/layerSpec';
export { lstm, type LstmOptions } from './layers/lstm';
export { normalizersFromSpecs, type PlacementNormalizers } from './layers/placedNormalizers';
export type { State } from './layers/state';
export { rnn, type RnnOptions } from './layers/rnn';
export { continueTokens, type ContinueTokensOptions } from './model/continueTokens';
export { frameClassifier, type FrameClassifierOptions } from './model/frameClassifier';
export { languageModel, type LanguageModelOptions } from './model/languageModel';
export { sampleIndex } from './model/sampleIndex';
export { modelFromSpec, type ModelFromSpecOptions } from './model/modelFromSpec';
export type { FrameClassifierSpec, LanguageModelSpec, ModelSpec } from './model/modelSpec';
export type {
  FoldedModel,
  ForwardOptions,
  ForwardResult,
  FrameInputs,
  Head,
  SequenceInputs,
  SequenceModel,
  StepInput,
  StepOptions,
  TokenInputs,
} from './model/sequenceModel';
export { exportPytorchWeights, type PytorchWeight } from './pytorch/exportPytorchWeights';
export type { HasLayers } from './pytorch/pytorchNames';
export {
  importPytorchWeights,
  type ImportPytorchOptions,
  type StoredWeight,
} from './pytorch/importPytorchWeights';
