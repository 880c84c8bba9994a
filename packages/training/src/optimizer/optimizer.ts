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

/** An update rule with its memory. */
export interface Optimizer {
  /** What the rule remembers, zeros at the start: name -> variable of a parameter's shape. */
  readonly slots: ReadonlyMap<string, Variable>;
  apply(update: OptimizerUpdate): void;
  /** Frees the slots. */
  dispose(): void;
}
