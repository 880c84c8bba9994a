import { describe, expect, test } from 'vitest';
import { array64, at, map64, put, reshape64, type Array64 } from '../array64';
import { expectClose } from '../expectClose';
import { filled } from '../filled';
import { product } from './arithmetic';
import { batchNormalize } from './batchNormalize';
import { whiten } from './whiten';
import { whiteningMatrix } from './whiteningMatrix';

const methods = ['iterative', 'cholesky', 'zca'] as const;
const rule = { iterations: 5, epsilon: 0 };

test('the matrices of one covariance, computed by hand', () => {
  // Σ = D·diag(9, 1)·Dᵀ with D = [[1, −1], [1, 1]]/√2
  const covariance = array64([2, 2], [5, 4, 4, 5]);
  const zca = whiteningMatrix(covariance, { ...rule, method: 'zca' });
  expectClose(zca, array64([2, 2], [2 / 3, -1 / 3, -1 / 3, 2 / 3]), { rtol: 1e-14 });
  // L = [[√5, 0], [4/√5, 3/√5]]
  const r = Math.sqrt(5);
  const cholesky = whiteningMatrix(covariance, { ...rule, method: 'cholesky' });
  expectClose(cholesky, array64([2, 2], [1 / r, -4 / (3 * r), 0, r / 3]), { rtol: 1e-14 });
  // P_1 = ½·(3·I − Σ/10), A = P_1/√10
  const once = whiteningMatrix(covariance, { ...rule, method: 'iterative', iterations: 1 });
  const p = [1.25, -0.2, -0.2, 1.25].map((value) => value / Math.sqrt(10));
  expectClose(once, array64([2, 2], p), { rtol: 1e-14 });
});

test('epsilon stands on the diagonal', () => {
  const [plain, wide] = [array64([2, 2], [2, 1, 1, 3]), array64([2, 2], [2.5, 1, 1, 3.5])];
  for (const method of methods) {
    const added = whiteningMatrix(plain, { ...rule, method, epsilon: 0.5 });
    expectClose(added, whiteningMatrix(wide, { ...rule, method }), { rtol: 1e-14 });
  }
});

/** Rows of correlated features: every feature leaks into the next. */
function correlated(time: number, batch: number, features: number): Array64 {
  const x = filled([time, batch, features], 5, -2, 3);
  return map64(x, (value, i) => value + 0.7 * (i % features === 0 ? 0 : x.data[i - 1]!));
}

/** The covariance over the real frames of each group of n features, [G, n, n] as rows of n. */
function covarianceOf(y: Array64, lengths: readonly number[], n: number): Array64 {
  const [time, batch, features] = y.shape as [number, number, number];
  const found = array64([features, n]);
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++) {
      for (let f = 0; f < features; f++) {
        for (let j = 0; j < n; j++) {
          const both = at(y, t, b, f) * at(y, t, b, f - (f % n) + j);
          put(found, at(found, f, j) + both / rows, f, j);
        }
      }
    }
  }
  return found;
}

describe('whitening', () => {
  const [time, batch, features, n] = [3, 9, 6, 3];
  const x = correlated(time, batch, features);
  const lengths = [3, 2, 3, 1, 3, 3, 2, 3, 3];
  const options = {
    x,
    gain: array64([features], new Array<number>(features).fill(1)),
    lengths,
    groupSize: n,
    over: 'sequence',
    iterations: 5,
    epsilon: 1e-12,
  } as const;
  const identity = array64([features, n], [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]);

  test.each(['cholesky', 'zca'] as const)('by %s leaves the covariance I', (method) => {
    const { y } = whiten({ ...options, method });
    expectClose(covarianceOf(y, lengths, n), identity, { rtol: 1e-10 });
  });

  test('by the iteration comes near zca as the steps grow', () => {
    const zca = whiten({ ...options, method: 'zca' });
    const away = [2, 4, 6, 8].map((iterations) => {
      const { y } = whiten({ ...options, method: 'iterative', iterations });
      return y.data.reduce((most, v, i) => Math.max(most, Math.abs(v - zca.y.data[i]!)), 0);
    });
    expect(away.every((distance, k) => k === 0 || distance < away[k - 1]!)).toBe(true);
    expect(away.at(-1)).toBeLessThan(1e-12);
  });

  test.each(methods)('by %s of groups of 1 is batch normalization', (method) => {
    const given = { ...options, gain: filled([features], 6), shift: filled([features], 7) };
    for (const over of ['frame', 'sequence'] as const) {
      const rest = { ...given, over, epsilon: 0.1, lengths: undefined };
      const white = whiten({ ...rest, method, groupSize: 1 });
      const normal = batchNormalize(rest);
      expectClose(white.y, normal.y, { rtol: 1e-13 });
      expectClose(reshape64(white.covariance, normal.variance.shape), normal.variance);
    }
  });

  test('a group sees no other; a step of few rows uses what is stored', () => {
    const moved = map64(x, (value, i) => (i % features < n ? value : -3 * value + i));
    const stored = {
      mean: filled([time, features], 8),
      matrix: filled([time, features / n, n, n], 9),
    };
    const frame = { ...options, method: 'cholesky', over: 'frame', stored } as const;
    const [one, other] = [whiten({ ...frame, x: moved }), whiten(frame)];
    for (let f = 0; f < n; f++) expect(at(one.y, 0, 1, f)).toBe(at(other.y, 0, 1, f));
    const ragged = [3, 1, 1, 1, 1, 1, 1, 1, 1];
    const few = whiten({ ...frame, lengths: ragged });
    const row = array64(
      [1, n],
      [0, 1, 2].map((f) => at(x, 2, 0, f) - at(stored.mean, 2, f)),
    );
    const a = stored.matrix.data.subarray(2 * features * n, 2 * features * n + n * n);
    const white = product(row, array64([n, n], a));
    for (let f = 0; f < n; f++) expect(at(few.y, 2, 0, f)).toBeCloseTo(white.data[f]!, 12);
    expect(() => whiten({ ...frame, lengths: ragged, stored: undefined })).toThrow(
      'whiten: step 1 has 1 real rows',
    );
  });
});
