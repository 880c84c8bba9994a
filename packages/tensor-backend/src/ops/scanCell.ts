import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/** What one kind of cell computes at one step; a state is [batch, units] and comes first, hidden. */
export interface ScanCell {
  /**
   * @param x       [batch, gates], the step's projected input.
   * @param u       [batch, gates], h·U + b.
   * @param before  the states before the step.
   * @returns the states after it, and what the backward step wants kept.
   */
  readonly forward: (
    x: Tensor2D,
    u: Tensor2D,
    before: readonly Tensor2D[],
  ) => { after: Tensor2D[]; kept: Tensor2D[] };
  /**
   * @param dAfter  gradients of the states after the step.
   * @returns gradients of x and of u, and what reaches the states before other than through h·U.
   */
  readonly backward: (
    dAfter: readonly Tensor2D[],
    step: { before: readonly Tensor2D[]; after: readonly Tensor2D[]; kept: readonly Tensor2D[] },
  ) => { dX: Tensor2D; dU: Tensor2D; dBefore: (Tensor2D | undefined)[] };
  /** Gradients of the cell's own parameters, from all rows [time·batch, ...] together. */
  readonly parameterGradients?: (rows: {
    dX: Tensor2D;
    before: (state: number) => Tensor2D;
    after: (state: number) => Tensor2D;
  }) => Tensor[];
}
