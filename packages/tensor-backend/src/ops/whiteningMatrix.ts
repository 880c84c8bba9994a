import { expectNumber, expectOneOf, expectShape, UsageError } from '@bnrnn/core';
import { getBackend, reshape, type Rank, type Tensor4D } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { hasKernel, runOp } from '../dispatch/runOp';
import { choleskyMatrix } from './whiteningByCholesky';
import { zcaMatrix } from './whiteningByEigenvectors';
import { iteratedMatrix } from './whiteningByIteration';

const methods = ['iterative', 'cholesky', 'zca'] as const;

/** How the features of a group are whitened. */
export type WhiteningMethod = (typeof methods)[number];

/** See `whiteningMatrix`. */
export const whiteningMatrixOp = defineOp<{
  method: WhiteningMethod;
  iterations: number;
  epsilon: number;
}>()({
  name: 'whiteningMatrix',
  inputs: { covariance: 'sets groups size columns' },
  optional: {},
  outputs: { matrix: 'sets groups size columns' },
  constants: [],
  fallback({ covariance }, { method, iterations, epsilon }) {
    const [, , size = 1] = covariance.shape;
    const matrices = reshape<Rank.R3>(covariance, [-1, size, size]);
    const make = {
      iterative: () => iteratedMatrix(matrices, epsilon, iterations),
      cholesky: () => choleskyMatrix(matrices, epsilon),
      zca: () => zcaMatrix(matrices, epsilon),
    };
    return { matrix: reshape(make[method](), covariance.shape) };
  },
});

export interface WhiteningMatrixOptions {
  covariance: Tensor4D;
  method: WhiteningMethod;
  /** Steps of the iteration; the other methods ignore it. */
  iterations: number;
  epsilon: number;
}

/**
 * The matrix A of y = (x − mean)·A that makes a group's covariance C the identity; Σ = C + ε·I.
 *
 *   zca:        A = Σ^(−1/2), from the eigenvectors
 *   cholesky:   A = L^(−T), where Σ = L·Lᵀ and L is lower triangular
 *   iterative:  A = P_T/sqrt(tr Σ), P_0 = I, P_k = ½·(3·P_(k−1) − P_(k−1)³·Σ/tr Σ); near zca
 *
 * No gradient divides by a difference of eigenvalues, so equal ones do no harm. The iteration gains
 * nothing after it has converged: rounding grows by each further step.
 *
 * @param options.covariance  float32 [sets, groups, n, n], symmetric.
 * @returns float32 like the covariance.
 * @throws ShapeError when a matrix is not square; UsageError for an epsilon or iterations out of
 *   range, and for `zca` on WebGPU, where eigenvectors cannot be read back in time.
 * @see Huang et al. 2018, Decorrelated Batch Normalization; Huang et al. 2019, IterNorm, section 3.
 */
export function whiteningMatrix(options: WhiteningMatrixOptions): Tensor4D {
  const { covariance, method, iterations, epsilon } = options;
  const size = covariance.shape[3];
  const square = { sets: null, groups: null, size, columns: size };
  expectShape('whiteningMatrix', 'covariance', covariance, square);
  expectOneOf('whiteningMatrix: method', method, methods);
  expectNumber('whiteningMatrix: iterations', iterations, { integer: true, min: 1 });
  expectNumber('whiteningMatrix: epsilon', epsilon, { above: 0 });
  if (method === 'zca' && getBackend() === 'webgpu' && !hasKernel(whiteningMatrixOp)) {
    throw new UsageError(
      'whiteningMatrix: method "zca" needs eigenvectors, which the backend "webgpu" cannot compute.',
      { hint: 'Use the method "iterative" or "cholesky", or another backend.' },
    );
  }
  return runOp(whiteningMatrixOp, { covariance }, { method, iterations, epsilon })
    .matrix as Tensor4D;
}
