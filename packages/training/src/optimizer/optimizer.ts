import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';

/** One update of all parameters. */
export interface OptimizerUpdate {
  /** The parameters, in the model's order. */
  readonly variables: readonly Variable[];
  /** One gradient for each variable; not modified, not disposed. */
  readonly gradients: readonly Tensor[];
  readonly learningRate: number;
  /** What the gradients are multiplied by first: 1 / batch; 1 when absent. */
  readonly scale?: number;
  /** What they are multiplied by too, as the device computed it; 1 when absent. Where it is 0, nothing changes. */
  readonly clip?: Scalar;
  /** The step's number, counted from 1. */
  readonly step: number;
}

/** Steps at which parameters were forgotten, by path. */
export type Forgotten = Readonly<Record<string, number>>;

/** An update rule with its memory. */
export interface Optimizer {
  /** What the rule remembers, zeros at the start: name -> variable of a parameter's shape. */
  readonly slots: ReadonlyMap<string, Variable>;
  apply(update: OptimizerUpdate): void;
  /**
   * Forgets what is remembered of parameters that have new values.
   *
   * @param paths  of the parameters.
   * @param step   steps done: what depends on a count of steps counts from there for them.
   */
  forget(paths: readonly string[], step: number): void;
  /** Path -> the step after which its steps are counted, where that is not 0; plain JSON, to resume with. */
  readonly forgotten: Forgotten;
  /** Goes on with counts as they were. */
  recall(forgotten: Forgotten): void;
  /** Frees the slots. */
  dispose(): void;
}
