import { whiten, type WhitenOptions } from '@bnrnn/normalization';
import { array64, filled, map64, oracle, toTensor, type Array64 } from '@bnrnn/test-utils';

export const [time, batch, features, n] = [5, 7, 6, 3];
// Steps 3 and 4 have 3 and 2 real rows, no more than a group has features.
export const lengths = [5, 3, 4, 2, 5, 3, 1];
const even = [5, 3, 5, 5, 5, 5, 1];
const noise = filled([time, batch, features], 1, -2, 3);
export const x = map64(noise, (v, i) => v + 0.7 * (i % features === 0 ? 0 : noise.data[i - 1]!));
export const gain = filled([features], 2, 0.5, 1.5);
export const shift = filled([features], 3);

export const rule = { groupSize: n, epsilon: 0.1 };
export const cases: readonly [string, WhitenOptions, number[]?][] = [
  ['cholesky', { over: 'frame', method: 'cholesky', ...rule }],
  ['zca over sequences', { over: 'sequence', method: 'zca', ...rule }],
  ['iterative, padded', { over: 'frame', method: 'iterative', iterations: 3, ...rule }, even],
  ['cholesky, steps of few rows', { over: 'frame', method: 'cholesky', ...rule }, lengths],
  [
    'iterative, steps of few rows, statistics of each step',
    { over: 'frame', method: 'iterative', ...rule, perStep: true, maxSteps: 4 },
    lengths,
  ],
  [
    'zca by running matrices, steps of few rows',
    { over: 'frame', method: 'zca', ...rule, evaluation: 'running-matrix' },
    lengths,
  ],
  ['cholesky over sequences, padded', { over: 'sequence', method: 'cholesky', ...rule }, lengths],
];

/** Squares of each group that are covariances: R·Rᵀ + I. */
function someSquares(rows: number): Array64 {
  const squares = array64([rows, features / n, n, n]);
  for (let k = 0; k < (rows * features) / n; k++) {
    const r = filled([n, n], 50 + k);
    const turned = array64(
      [n, n],
      r.data.map((_, i) => r.data[(i % n) * n + Math.floor(i / n)]!),
    );
    const square = oracle.product(r, turned);
    squares.data.set(
      square.data.map((v, i) => Math.fround(v + Number(i % (n + 1) === 0))),
      k * n * n,
    );
  }
  return squares;
}

/** Everything that one case needs, as float64 and as tensors. */
export function given(options: WhitenOptions, real?: readonly number[]) {
  const normalizer = whiten(options);
  const rows = options.maxSteps ?? 1;
  const mean = filled([rows, features], 4);
  const squares = someSquares(rows);
  const { method = 'cholesky', iterations = 5, epsilon = 1e-5, evaluation } = options;
  const own = { method, iterations, epsilon };
  const running = evaluation === 'running-matrix';
  const matrix = array64(squares.shape);
  for (let k = 0; k < squares.data.length; k += n * n) {
    const square = array64([n, n], squares.data.subarray(k, k + n * n));
    matrix.data.set(running ? square.data : oracle.whiteningMatrix(square, own).data, k);
  }
  return {
    normalizer,
    statistics: { mean: toTensor(mean), [running ? 'matrix' : 'covariance']: toTensor(squares) },
    rest: { ...own, over: options.over, groupSize: n, lengths: real, stored: { mean, matrix } },
    lengths: real,
    running,
  };
}
