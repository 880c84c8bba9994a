import type { BatchPart, GivenLengths, Unit } from '@bnrnn/core';
import type { Measured, NamedTensors, Normalizer, Ranks } from '@bnrnn/normalization';
import type { Rank, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import type { LeftPlacement } from '../layers/layer';
import type { ModelSpec } from './modelSpec';
import type { State } from '../layers/state';

/** The inputs of a language model. */
export interface TokenInputs {
  /** [time·batch] whole numbers on the CPU, of which t·batch + b is token t of stream b. */
  readonly ids: ArrayLike<number>;
  readonly time: number;
  readonly batch: number;
}

/** The inputs of a frame classifier. */
export interface FrameInputs {
  /** float32 [time, batch, features]; padded frames may hold anything. */
  readonly features: Tensor3D;
  /** The frames of each column; what stands behind them is padding. All are real when absent. */
  readonly lengths?: GivenLengths | undefined;
}

export type SequenceInputs = TokenInputs | FrameInputs;

/** The ids of one time step, [batch] whole numbers on the CPU, or its frames, float32 [batch, features]. */
export type StepInput = ArrayLike<number> | Tensor2D;

export interface ForwardOptions {
  /** `batch`: normalize by this batch's own moments. `stored`: by `statistics`. */
  readonly mode: 'batch' | 'stored';
  /** True drops units; `step` then chooses the masks. */
  readonly training: boolean;
  /** The training step: the same step draws the same dropout masks. */
  readonly step: number;
  /** Where these columns stand in the batch of all ranks: masks and numbers of real rows are those of the whole batch. */
  readonly part?: BatchPart | undefined;
  /**
   * The ranks whose windows are parts of one batch: normalizers measure all of it. Every rank gives
   * as many time steps, and calls at the same place.
   */
  readonly collective?: Ranks | undefined;
  /** Used instead of the model's running statistics. */
  readonly statistics?: ReadonlyMap<string, NamedTensors>;
}

/** The output layer: logits = hidden·weights + bias, or hidden·weightsᵀ + bias where `transposed`. */
export interface Head {
  /** float32 [units, classes]; where `transposed` the embedding, [classes, units]. */
  readonly weights: Variable<Rank.R2>;
  /** float32 [classes]. */
  readonly bias: Variable;
  readonly transposed: boolean;
}

export interface ForwardResult {
  /** float32 [time·batch, units], after the last dropout; zero where padded. */
  readonly hidden: Tensor2D;
  readonly head: Head;
  /** The state after the window, the caller's to keep and to dispose. */
  readonly state: State;
  /** What each normalizer measured, by its path; empty in mode `stored`. */
  readonly measured: ReadonlyMap<string, Measured>;
}

export interface StepOptions {
  /**
   * How many steps came before this one. Needed only by a model whose statistics are kept per
   * time step.
   */
  readonly position?: number;
}

/** A model whose normalizers went into its weights, where they could. */
export interface FoldedModel {
  /** The caller's, with parameters and statistics of its own. */
  readonly model: SequenceModel;
  /** The normalizers that stayed. */
  readonly left: readonly LeftPlacement[];
}

/** A recurrent model: parameters and statistics by path, and pure functions of them. */
export interface SequenceModel {
  /** The whole architecture, plain JSON. */
  readonly spec: ModelSpec;
  /** What the model predicts one of at a time. */
  readonly unit: Unit;
  /** Path -> trained variable, in a fixed order, e.g. `layers.0.inputToHidden.gain`. */
  readonly parameters: ReadonlyMap<string, Variable>;
  readonly parameterCount: number;
  /** Path -> normalizer, e.g. `layers.0.inputToHidden`. */
  readonly normalizers: ReadonlyMap<string, Normalizer>;
  /** Path -> running statistics of the normalizers that keep any. */
  readonly statistics: ReadonlyMap<string, NamedTensors>;
  /** Takes ownership of `next` and disposes the statistics it replaces. */
  setStatistics(next: ReadonlyMap<string, NamedTensors>): void;
  /**
   * Lets normalizers renew parameters and statistics after an update, see `Normalizer.renew`.
   *
   * @param step  training steps done, from 1.
   * @returns the paths of the parameters that have new values.
   */
  renew(step: number): Promise<readonly string[]>;
  /** The state before the first step: zeros. */
  initialState(batch: number): State;
  /** One window; leaves no tensor behind but what it returns, and disposes nothing it was given. */
  forward(inputs: SequenceInputs, state: State, options: ForwardOptions): ForwardResult;
  /** Logits of one window under the stored statistics, without dropout. */
  apply(inputs: SequenceInputs, state?: State): { logits: Tensor3D; state: State };
  /** Logits of one time step: ids [batch] on the CPU, or float32 frames [batch, features]. */
  step(input: StepInput, state: State, options?: StepOptions): { logits: Tensor2D; state: State };
  /**
   * A model of its own that gives the same logits under the stored statistics, to rounding, with the normalizers folded
   * into the weights where that can be: those whose statistics are shared over time, and those of weights.
   */
  fold(): FoldedModel;
  /** Frees parameters and statistics. */
  dispose(): void;
}
