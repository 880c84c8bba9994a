export type { InitializerSpec } from './initialize/initializer';
export type {
  Layer,
  LayerContext,
  LayerPlace,
  LayerResult,
  PlacedNormalizer,
} from './layers/layer';
export {
  placements,
  type BidirectionalSpec,
  type GruSpec,
  type LayerSpec,
  type LstmSpec,
  type Placement,
  type PlacementSpecs,
  type RnnSpec,
  type StackSpec,
} from './layers/layerSpec';
export type { FrameClassifierSpec, LanguageModelSpec, ModelSpec } from './model/modelSpec';
export type {
  ForwardOptions,
  ForwardResult,
  FrameInputs,
  Head,
  SequenceInputs,
  SequenceModel,
  StepOptions,
  TokenInputs,
} from './model/sequenceModel';
export type { State } from './model/state';
