import { array64, at, axis, put, type Array64 } from '../array64';
import { product, transpose } from './arithmetic';

/** How the features of a group are whitened. */
export interface WhiteningRule {
  method: 'iterative' | 'cholesky' | 'zca';
  /** Steps of the iteration; the other methods ignore it. */
  iterations: number;
  epsilon: number;
}

/**
 * The matrix A of y = (x − mean)·A that whitens rows of covariance C, [n, n]; Σ = C + ε·I.
 *
 *   zca:        A = Σ^(−1/2)
 *   cholesky:   A = L^(−T), where Σ = L·Lᵀ and L is lower triangular
 *   iterative:  A = P_T/sqrt(tr Σ), P_0 = I, P_k = ½·(3·P_(k−1) − P_(k−1)³·Σ/tr Σ)
 *
 * @see Huang et al. 2018 (zca, cholesky) and 2019 (iterative).
 */
export function whiteningMatrix(covariance: Array64, rule: WhiteningRule): Array64 {
  const sigma = add(covariance, identity(axis(covariance, 0)), 1, rule.epsilon);
  if (rule.method === 'zca') return inverseRoot(sigma);
  if (rule.method === 'cholesky') return transpose(inverse(choleskyFactor(sigma)));
  return iterated(sigma, rule.iterations);
}

/** The whitening matrix of each covariance [..., n, n]. */
export function whiteningMatrices(covariances: Array64, rule: WhiteningRule): Array64 {
  const size = covariances.shape.at(-1) ?? 0;
  const matrices = array64(covariances.shape);
  for (let from = 0; from < matrices.data.length; from += size ** 2) {
    const own = array64([size, size], covariances.data.subarray(from, from + size ** 2));
    matrices.data.set(whiteningMatrix(own, rule).data, from);
  }
  return matrices;
}

function iterated(sigma: Array64, iterations: number): Array64 {
  const size = axis(sigma, 0);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += at(sigma, i, i);
  const scaled = add(sigma, sigma, 1 / trace, 0);
  let p = identity(size);
  for (let k = 0; k < iterations; k++) {
    p = add(p, product(product(product(p, p), p), scaled), 1.5, -0.5);
  }
  return add(p, p, 1 / Math.sqrt(trace), 0);
}

/** Σ^(−1/2) by Denman and Beavers' iteration, which converges quadratically: Y → Σ^(1/2), Z → Σ^(−1/2). */
function inverseRoot(sigma: Array64): Array64 {
  let y = sigma;
  let z = identity(axis(sigma, 0));
  for (let k = 0; k < 30; k++) {
    [y, z] = [add(y, inverse(z), 0.5, 0.5), add(z, inverse(y), 0.5, 0.5)];
  }
  return z;
}

function choleskyFactor(sigma: Array64): Array64 {
  const size = axis(sigma, 0);
  const factor = array64([size, size]);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = at(sigma, i, j);
      for (let k = 0; k < j; k++) rest -= at(factor, i, k) * at(factor, j, k);
      put(factor, i === j ? Math.sqrt(rest) : rest / at(factor, j, j), i, j);
    }
  }
  return factor;
}

/** By Gauss and Jordan, the largest pivot first. */
function inverse(matrix: Array64): Array64 {
  const size = axis(matrix, 0);
  const left = array64(matrix.shape, matrix.data);
  const right = identity(size);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column; i < size; i++) {
      if (Math.abs(at(left, i, column)) > Math.abs(at(left, pivot, column))) pivot = i;
    }
    const scale = at(left, pivot, column);
    for (const side of [left, right]) {
      for (let j = 0; j < size; j++) {
        const moved = at(side, column, j);
        put(side, at(side, pivot, j) / scale, column, j);
        if (pivot !== column) put(side, moved, pivot, j);
      }
    }
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = at(left, i, column);
      for (const side of [left, right]) {
        for (let j = 0; j < size; j++)
          put(side, at(side, i, j) - factor * at(side, column, j), i, j);
      }
    }
  }
  return right;
}

function identity(size: number): Array64 {
  const matrix = array64([size, size]);
  for (let i = 0; i < size; i++) put(matrix, 1, i, i);
  return matrix;
}

/** a·left + b·right. */
function add(left: Array64, right: Array64, a: number, b: number): Array64 {
  return {
    shape: left.shape,
    data: left.data.map((v, i) => a * v + b * (right.data[i] as number)),
  };
}
