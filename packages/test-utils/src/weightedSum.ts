import { add, mul, sum, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

import type { Array64 } from './array64';
import { filled } from './filled';
import { toTensor } from './tensors';

/**
 * A scalar loss of several outputs: Σ over outputs k and elements i of weight(k, i) · output_k[i].
 *
 * The weights are fixed, distinct numbers in [-1, 1), a function of k and the output's shape alone,
 * because a plain sum has zero gradient through a normalizer and cannot see a permutation.
 */
export function weightedSum(...outputs: readonly Array64[]): number {
  let total = 0;
  outputs.forEach((output, k) => {
    const weights = lossWeights(output.shape, k);
    output.data.forEach((value, i) => (total += value * (weights.data[i] as number)));
  });
  return total;
}

/** `weightedSum` with the same weights on tfjs tensors; a new scalar with a gradient. */
export function weightedSumOfTensors(...outputs: readonly Tensor[]): Scalar {
  return tidy(() =>
    outputs
      .map((output, k) => sum(mul(output, toTensor(lossWeights(output.shape, k)))))
      .reduce((total, term) => add(total, term)),
  ) as Scalar;
}

/** The weights that `weightedSum` gives to output number `k`: the gradient of the loss by it. */
export function lossWeights(shape: readonly number[], k = 0): Array64 {
  return filled(shape, 7_001 + k);
}
