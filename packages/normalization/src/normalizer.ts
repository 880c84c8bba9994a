import type { GivenLengths } from '@bnrnn/core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { NormalizerSpec } from './normalizerSpec';
import type { Ranks } from './sumOverRanks';

/** Tensors by name. A type alias: an interface has no index signature, and `tidy` would not take it. */
export type NamedTensors = { readonly [name: string]: Tensor };

/**
 * Which values an output depends on: its own row, the rows of its time step, or all time steps. What
 * a placement or a model refuses follows from it.
 */
export type NormalizerNeeds = 'row' | 'frame' | 'sequence';

/** `batch`: the mini-batch's own values (training). `stored`: the statistics that are passed in. */
export type NormalizerMode = 'batch' | 'stored';

export interface InitOptions {
  /** Whether the placement has a shift. */
  readonly shift: boolean;
  /**
   * The weights of the product that is normalized, float32 [inputs, features], as they are at the start; absent where
   * the placement has no product of its own. Only looked at.
   */
  readonly weights?: Tensor2D | undefined;
}

/** What a normalizer starts with: new tensors, the caller's. */
export type NormalizerStart = {
  /** What is trained. */
  readonly parameters: NamedTensors;
  /** What is not trained; empty where the strategy keeps none. */
  readonly statistics: NamedTensors;
};

export interface ApplyOptions {
  readonly mode: NormalizerMode;
  /** Real steps of each row; all when absent. */
  readonly lengths?: GivenLengths | undefined;
  /** The time step of x's first row, counted from 0; 0 when absent. */
  readonly firstStep?: number | undefined;
  /**
   * The ranks that hold parts of this batch. In mode `batch` the values that `needs` names are those of all ranks; a
   * rank may have no real row. Absent, or of size 1: this process has the whole batch.
   */
  readonly collective?: Ranks | undefined;
}

/** What mode `stored` does, as one map of all rows: y = x·A + b. New tensors, the caller's. */
export type StoredMap = {
  /** A: its diagonal [features], or [features, features]. */
  readonly factor: Tensor1D | Tensor2D;
  /** b: [features]. */
  readonly offset: Tensor1D;
};

/** What a normalizer can renew between two updates. A type alias, so that `tidy` takes it. */
export type Renewable = {
  /** The weights of the product that is normalized, float32 [inputs, features]; absent where there is none. */
  readonly weights?: Tensor2D;
  /** The bias that the layer adds to that product, float32 [features]; absent where a shift stands for it. */
  readonly bias?: Tensor1D;
  readonly parameters?: NamedTensors;
  readonly statistics?: NamedTensors;
};

export interface MeasureInputOptions {
  /** Real steps of each row; all when absent. What stands behind them may be anything. */
  readonly lengths?: GivenLengths | undefined;
  /** Training steps done before this one. */
  readonly step: number;
  /** The ranks that hold parts of this batch; absent, or of size 1: this process has the whole batch. */
  readonly collective?: Ranks | undefined;
}

/** `measured` is present in mode `batch` of a strategy that keeps statistics. */
export type Normalized = {
  /** float32 like x; zero where padded. */
  readonly y: Tensor3D;
  readonly measured?: NamedTensors;
};

/**
 * A way to normalize activations. Nothing is mutated: what is measured comes back as values, and
 * whoever trains folds it into the statistics after the gradient call.
 *
 * The names of parameters and statistics are the strategy's own; they appear in checkpoints. The first
 * axis of a statistic is time steps: row `min(step, rows − 1)` belongs to a step, so one row is shared
 * over time. The first axis of what is measured is time steps too, or 1 for all steps together; other
 * axes are free, and equal for a statistic and what is measured under its name. A time step with
 * fewer than 2 real rows, or than `fewestRows`, measures nothing: what stands in its row is not read.
 */
export interface Normalizer {
  readonly spec: NormalizerSpec;
  readonly needs: NormalizerNeeds;
  /**
   * True where `apply` reads `collective`. A strategy that needs other rows and does not is refused on several ranks.
   */
  readonly sumsOverRanks?: boolean;
  /** Frame-wise: the real rows that a time step needs to be measured, in place of 2. */
  readonly fewestRows?: number;
  /**
   * Names of statistics that the backward pass measures. The gradient with respect to such a tensor is no slope: it is
   * what was measured, summed over all rows, and it comes to `fold` under that name in place of what `apply` gave. In
   * passes without a gradient `apply` gives the statistic as it is.
   */
  readonly measuredBackward?: readonly string[];
  /** Parameters and statistics at the start, for `features` features. */
  init(features: number, options: InitOptions): NormalizerStart;
  /**
   * Normalizes x, float32 [time, batch, features]. Inside a recurrence it is called for one time step
   * after the other.
   */
  apply(
    x: Tensor3D,
    parameters: NamedTensors,
    statistics: NamedTensors,
    options: ApplyOptions,
  ): Normalized;
  /**
   * The running statistics after one mini-batch, as new tensors; never called inside the tape. A
   * strategy that keeps statistics has it.
   *
   * @param counts  real rows of each time step.
   */
  fold?(statistics: NamedTensors, measured: NamedTensors, counts: Int32Array): NamedTensors;
  /**
   * The weights that take the place of a product's own, float32 [inputs, features]; differentiable.
   *
   * A strategy that has it normalizes weights, not activations: a layer calls it once for each forward pass and never
   * calls `apply`, gives the placement no shift and keeps its bias. It stands on W·x and on h·U alone.
   */
  mapWeights?(weights: Tensor2D, parameters: NamedTensors, statistics: NamedTensors): Tensor2D;
  /**
   * What is added to the product of the mapped weights, float32 [features], beside the layer's bias; differentiable.
   * A strategy that has it has `mapWeights`, and stands on W·x alone.
   *
   * @param weights  as `mapWeights` gets them.
   */
  mapOffset?(weights: Tensor2D, parameters: NamedTensors, statistics: NamedTensors): Tensor1D;
  /**
   * Measures the input x of the product in a training step, float32 [time, batch, inputs]; never called inside the tape.
   * What comes back goes to `fold`; undefined where this step is not measured, and statistics stay as they are.
   *
   * A strategy that has it has `mapWeights`, and stands on W·x alone. Evaluation never measures for it and never
   * averages its statistics: all evaluation modes give the same.
   */
  measureInput?(
    x: Tensor3D,
    statistics: NamedTensors,
    options: MeasureInputOptions,
  ): NamedTensors | undefined;
  /**
   * New values after an update, outside of the tape: new tensors of the same shapes, the caller's. What is left out
   * stays; undefined where nothing changes. The optimizer forgets what it remembers of a parameter that is renewed.
   *
   * Every rank calls it with the same values and must find the same bits.
   *
   * @param held  the values now; only looked at. Parameters and statistics are present.
   * @param step  training steps done, from 1.
   */
  renew?(held: Renewable, step: number): Promise<Renewable | undefined>;
  /**
   * What mode `stored` does to every row alike; undefined where it differs from step to step. A strategy whose map
   * depends on the row has none.
   */
  storedMap?(parameters: NamedTensors, statistics: NamedTensors): StoredMap | undefined;
}

/** What a normalizer measured of one mini-batch. */
export type Measured = {
  readonly tensors: NamedTensors;
  /** Real rows of each time step, in the order in which the steps were taken. */
  readonly counts: Int32Array;
};

/** The real rows of each time step, as `Measured` counts them: 0 for a step with too few to be measured. */
export function measuredRows(
  { needs, fewestRows = 2 }: Pick<Normalizer, 'needs' | 'fewestRows'>,
  rows: Int32Array,
): Int32Array {
  return needs === 'frame' ? rows.map((count) => (count < fewestRows ? 0 : count)) : rows;
}
