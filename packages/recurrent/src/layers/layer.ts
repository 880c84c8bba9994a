import type { Lengths } from '@bnrnn/core';
import type { Measured, NamedTensors, Normalizer, Ranks } from '@bnrnn/normalization';
import type { Tensor, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import type { InitializerSpec } from '../initialize/initializer';
import type { State } from './state';
import type { LayerSpec } from './layerSpec';

/** A layer's place in a model: its path and what its weights are drawn by. */
export interface LayerPlace {
  /** Stands in front of every path of the layer, e.g. `layers.0`. */
  readonly path: string;
  /** Width of the layer's input. */
  readonly inputs: number;
  readonly initializer: InitializerSpec;
  readonly seed: number;
}

/** What a layer reads while it runs. Paths are whole: every layer sees the same maps. */
export interface LayerContext {
  readonly path: string;
  readonly parameters: ReadonlyMap<string, Variable>;
  /** Of the normalizers that keep any. */
  readonly statistics: ReadonlyMap<string, NamedTensors>;
  readonly mode: 'batch' | 'stored';
  /** Undefined where nothing is padded. */
  readonly lengths?: Lengths | undefined;
  /** Training steps done before this one; absent outside training. */
  readonly trainingStep?: number | undefined;
  /** Drops units at a named place; absent outside training. */
  readonly dropout?: (x: Tensor3D, rate: number, place: string) => Tensor3D;
  /** Steps before this window, for statistics kept per time step; 0 when absent. */
  readonly position?: number;
  /** The ranks that hold parts of the batch; absent where this process has all of it. */
  readonly ranks?: RanksOfBatch | undefined;
}

/** The ranks that hold parts of a batch, and what is real in all parts together. */
export interface RanksOfBatch {
  readonly collective: Ranks;
  /** Real rows of each time step. */
  readonly rows: Int32Array;
}

export interface LayerResult {
  /** float32 [time, batch, units]; zero where padded. */
  readonly hidden: Tensor3D;
  readonly state: State;
  /** Path -> what the normalizer there measured. A plain object, so that a tidy sees inside. */
  readonly measured: Readonly<Record<string, Measured>>;
}

/** A normalizer, and the width of what it normalizes. */
export interface PlacedNormalizer {
  readonly normalizer: Normalizer;
  readonly features: number;
  /** The path of the weights whose product is normalized; undefined where there is no such product. */
  readonly weights?: string | undefined;
  /** The path of the bias that is added to that product; undefined where a shift stands for it, and on h·U. */
  readonly bias?: string | undefined;
}

/** What a layer's fold reads. Paths are whole. */
export type FoldContext = Pick<LayerContext, 'path' | 'parameters' | 'statistics'>;

/** A normalizer that was not folded, and why. */
export interface LeftPlacement {
  readonly path: string;
  readonly reason: string;
}

/** A layer without the normalizers that its weights could take up. */
export interface FoldedLayer {
  readonly layer: Layer;
  /** New tensors by path, instead of the parameters of these paths; all others stay. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly left: readonly LeftPlacement[];
}

/** A layer is a description with pure functions: parameters, statistics and state are passed in. */
export interface Layer {
  readonly spec: LayerSpec;
  /** Width of the output. */
  readonly units: number;
  /** False where an output depends on later inputs. */
  readonly causal: boolean;
  /** How many tensors of a state are this layer's. */
  readonly stateSize: number;
  /** The trained variables by path, in a fixed order, each from the random stream of its path. */
  parameters(place: LayerPlace): Map<string, Variable>;
  /** The normalizers by path. */
  normalizers(path: string): Map<string, PlacedNormalizer>;
  initialState(batch: number): State;
  /** One window, x float32 [time, batch, inputs]; where padded, x may hold any finite value. */
  apply(x: Tensor3D, state: State, context: LayerContext): LayerResult;
  /** The layer that gives the same in mode `stored`, with as few normalizers as can be. */
  fold(context: FoldContext): FoldedLayer;
}
