import { UsageError } from '@bnrnn/core';
import { addN, reshape, sqrt, square, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { runListOp, type ListOp } from '../dispatch/listOp';

/** See `globalNorm`. */
export const globalNormOp: ListOp<Scalar> = {
  name: 'globalNorm',
  fallback: (gradients) => sqrt(addN(gradients.map(sumOfSquares))) as Scalar,
};

/**
 * The Euclidean norm over all elements of all gradients together.
 *
 *   norm = sqrt(Σ_k Σ_i gradients[k][i]²)
 *
 * @param gradients  float32 tensors of any shapes, at least one.
 * @returns float32 scalar.
 * @throws UsageError for an empty list.
 * @see Pascanu et al. 2013.
 */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  if (gradients.length === 0) {
    throw new UsageError('globalNorm: gradients is empty, expected at least one tensor.');
  }
  return runListOp(globalNormOp, gradients);
}

/** In two stages, rows and then their sums: one long float32 sum over a softmax layer loses digits. */
function sumOfSquares(gradient: Tensor): Tensor {
  const width = gradient.shape.at(-1) ?? 1;
  return sum(sum(square(reshape(gradient, [gradient.size / width, width])), 1));
}
