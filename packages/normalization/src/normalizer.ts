import type { GivenLengths } from '@bnrnn/core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { NormalizerSpec } from './normalizerSpec';

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
 * fewer than 2 real rows measures nothing: what stands in its row is not read.
 */
export interface Normalizer {
  readonly spec: NormalizerSpec;
  readonly needs: NormalizerNeeds;
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
}

/** What a normalizer measured of one mini-batch. */
export type Measured = {
  readonly tensors: NamedTensors;
  /** Real rows of each time step, in the order in which the steps were taken. */
  readonly counts: Int32Array;
};
