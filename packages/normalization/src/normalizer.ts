import type { GivenLengths } from '@bnrnn/core';
import type { Tensor, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import type { NormalizerSpec } from './normalizerSpec';

/** What is trained, float32 [features] each; absent where the strategy or the placement has none. */
export interface NormalizerParameters {
  gain?: Variable;
  shift?: Variable;
}

/** Parameters as `apply` reads them: variables, or any tensors in their place. */
export interface NormalizerWeights {
  readonly gain?: Tensor;
  readonly shift?: Tensor;
}

// Results are type aliases: an interface has no index signature, and `tidy` would not take it.

/**
 * What is used in place of a mini-batch's own moments; not trained.
 *
 * Row `min(step, rows − 1)` belongs to a time step, so one row is shared over time. A strategy
 * without statistics has zero rows.
 */
export type Statistics = {
  /** float32 [rows, features] */
  readonly mean: Tensor2D;
  /** float32 [rows, features], biased (divided by the count) */
  readonly variance: Tensor2D;
};

/** The moments of one mini-batch, as values: one row a time step (frame-wise), or one in all. */
export type Moments = {
  /** float32 [steps, features] */
  readonly mean: Tensor2D;
  /** float32 [steps, features], biased (divided by the count) */
  readonly variance: Tensor2D;
  /** The real rows each was taken over; below 2 the statistics were used instead. */
  readonly rows: Int32Array;
};

/**
 * Which values an output depends on: its own row, the rows of its time step, or all time steps. What
 * a placement or a model refuses follows from it.
 */
export type NormalizerNeeds = 'row' | 'frame' | 'sequence';

/** `batch`: the mini-batch's own moments (training). `stored`: the statistics that are passed in. */
export type NormalizerMode = 'batch' | 'stored';

export interface ApplyOptions {
  readonly mode: NormalizerMode;
  /** Real steps of each row; all when absent. */
  readonly lengths?: GivenLengths | undefined;
}

export interface ApplyStepOptions {
  readonly mode: NormalizerMode;
  /** 1 for each row that is real at this step, 0 for padding; all real when absent. */
  readonly lengths?: GivenLengths | undefined;
  /** The time step, counted from 0: which row of the statistics belongs to it. */
  readonly step: number;
}

/** `moments` is present in mode `batch` of a strategy that has statistics. */
export type NormalizedSequence = {
  readonly y: Tensor3D;
  readonly moments?: Moments;
};

/** `moments` has one row and is present in mode `batch` of a strategy that has statistics. */
export type NormalizedStep = {
  readonly y: Tensor2D;
  readonly moments?: Moments;
};

/**
 * A way to normalize activations. Nothing is mutated: moments come back as values, and whoever
 * trains folds them into the statistics after the gradient call.
 */
export interface Normalizer {
  readonly spec: NormalizerSpec;
  readonly needs: NormalizerNeeds;
  /** New variables for `features` features; `shift` says whether the placement has a shift. */
  parameters(features: number, options: { readonly shift: boolean }): NormalizerParameters;
  /** Statistics at the start, mean 0 and variance 1; `maxSteps` stands in for the spec's. */
  statistics(features: number, maxSteps?: number): Statistics;
  /** Normalizes x, float32 [time, batch, features]. */
  apply(
    x: Tensor3D,
    parameters: NormalizerWeights,
    statistics: Statistics,
    options: ApplyOptions,
  ): NormalizedSequence;
  /** Normalizes one time step, x float32 [batch, features]. */
  applyStep(
    x: Tensor2D,
    parameters: NormalizerWeights,
    statistics: Statistics,
    options: ApplyStepOptions,
  ): NormalizedStep;
  /** The running average after one mini-batch, as new tensors; never called inside the tape. */
  fold(statistics: Statistics, moments: Moments): Statistics;
}
