import { ShapeError, UsageError } from '@bnrnn/core';
import {
  array64,
  expectClose,
  filled,
  map64,
  oracle,
  put,
  reshape64,
  testBackends,
  toTensor,
  toTensor3D,
  type Array64,
} from '@bnrnn/test-utils';
import {
  add,
  mul,
  tidy,
  transpose,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle, gradientsOf } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { groupMoments } from './groupMoments';
import { whitenGroups } from './whitenGroups';
import { whiteningMatrix } from './whiteningMatrix';

// Sizes that fill no vector of four lanes, and more than one block of 64 rows sequence-wise.
const [time, batch, features] = [5, 13, 6];
const ragged = [5, 3, 5, 2, 4, 5, 4, 1, 5, 2, 5, 5, 3];
const noise = filled([time, batch, features], 41, -2, 3);
// Every feature leaks into the next: a covariance that is not diagonal.
const x = map64(noise, (v, i) => v + 0.7 * (i % features === 0 ? 0 : noise.data[i - 1]!));

const moments = [
  ['frame', 3, undefined],
  ['sequence', 3, undefined],
  ['frame', 2, ragged],
  ['sequence', 6, ragged],
  ['sequence', 1, ragged],
] as const;

const unit = array64([features], new Array<number>(features).fill(1));

/** What the oracle says of the moments. */
function expectedMoments(
  given: Array64,
  over: 'frame' | 'sequence',
  size: number,
  lengths?: number[],
) {
  const rest = { method: 'iterative', iterations: 1, epsilon: 1 } as const;
  const { mean, covariance } = oracle.whiten({
    ...{ x: given, gain: unit, lengths, over, groupSize: size, ...rest },
    stored: {
      mean: array64([time, features]),
      matrix: array64([time, features / size, size, size]),
    },
  });
  return [mean, covariance];
}

describe.each(testBackends())('whitening on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each(moments)(
    'moments over %s of groups of %i agree with the oracle',
    (over, n, lengths) => {
      compareWithOracle({
        label: `${over} ${n}`,
        inputs: { x },
        op(inputs) {
          const found = groupMoments({ x: inputs.x as Tensor3D, over, groupSize: n, lengths });
          return [found.mean, found.covariance];
        },
        oracle: (arrays) => expectedMoments(arrays.x, over, n, lengths),
      });
    },
  );

  const matrices = [
    ['cholesky', 5, 0.1, 1],
    ['zca', 5, 0.1, 1],
    ['iterative', 5, 0.1, 1],
    ['iterative', 5, 0.1, 5],
    ['cholesky', 1, 0.1, 1],
    ['zca', 1, 0.1, 1],
    ['iterative', 1, 0.1, 3],
    ['cholesky', 8, 0.01, 1],
    ['iterative', 8, 0.01, 4],
  ] as const;

  test.each(matrices)('the matrix by %s of groups of %i, epsilon %d, %i steps', (...rule) => {
    const [method, n, epsilon, iterations] = rule;
    // 2 sets of 3 groups: six matrices, which are no whole vectors of four.
    const root = filled([6, n, n], 42, -1, 1);
    const covariance = array64([2, 3, n, n]);
    for (let k = 0; k < 6; k++) {
      const r = array64([n, n], root.data.subarray(k * n * n, (k + 1) * n * n));
      const turned = array64(
        [n, n],
        r.data.map((_, at) => r.data[(at % n) * n + Math.floor(at / n)]!),
      );
      covariance.data.set(oracle.product(r, turned).data, k * n * n);
    }
    // The gradient of a symmetric argument: what it is moved by is made symmetric first.
    const symmetric = (a: Array64): Array64 =>
      map64(a, (v, at) => {
        const [i, j] = [Math.floor(at / n) % n, at % n];
        return (v + a.data[at + (j - i) * n + (i - j)]!) / 2;
      });
    compareWithOracle({
      label: method,
      inputs: { covariance },
      op({ covariance: given }) {
        const even = () => mul<Tensor4D>(add(given, transpose(given, [0, 1, 3, 2])), 0.5);
        return [tidy(() => whiteningMatrix({ covariance: even(), method, iterations, epsilon }))];
      },
      oracle({ covariance: given }) {
        const all = symmetric(given);
        const found = array64([2, 3, n, n]);
        for (let at = 0; at < all.data.length; at += n * n) {
          const one = array64([n, n], all.data.subarray(at, at + n * n));
          const a = oracle.whiteningMatrix(one, { method, iterations, epsilon });
          found.data.set(a.data, at);
        }
        return [found];
      },
    });
  });

  test.each(['cholesky', 'zca', 'iterative'] as const)(
    'equal eigenvalues do no harm to the gradient by %s',
    (method) => {
      const covariance = toTensor(array64([1, 1, 3, 3], [2, 0, 0, 0, 2, 0, 0, 0, 2]));
      const [gradient] = gradientsOf(
        (given) => [
          whiteningMatrix({ covariance: given as Tensor4D, method, iterations: 4, epsilon: 1e-3 }),
        ],
        [covariance],
      );
      const size = Math.max(...[...gradient!.dataSync()].map(Math.abs));
      expect(size).toBeGreaterThan(1e-2);
      expect(size).toBeLessThan(1); // λ^(−3/2)/2 is 0.18
    },
  );

  const groups = [
    ['each step', 3, time, undefined, true],
    ['all steps', 3, 1, undefined, false],
    ['each step, padded', 2, time, ragged, true],
    ['all steps, padded', 6, 1, ragged, true],
  ] as const;

  test.each(groups)(
    'groups by the matrices of %s agree with the oracle',
    (label, n, sets, lengths, shifted) => {
      const inputs = {
        x,
        mean: filled([sets, features], 43),
        matrix: filled([sets, features / n, n, n], 44),
        gain: filled([features], 45, 0.5, 1.5),
        ...(shifted && { shift: filled([features], 46) }),
      };
      compareWithOracle({
        label,
        inputs,
        op: (given) => [whitenGroups({ ...(given as Given), lengths })],
        oracle: ({ mean, matrix, ...rest }) => [
          oracle.whiten({
            ...{ ...rest, lengths, over: 'frame', groupSize: n, useStored: true },
            ...{ method: 'cholesky', iterations: 1, epsilon: 1, stored: { mean, matrix } },
          }).y,
        ],
      });
    },
  );

  test('what padding holds changes no bit', () => {
    const dirty = structuredClone(x);
    for (let t = 0; t < time; t++) {
      for (let b = 0; b < batch; b++) {
        if (!oracle.isPadded(ragged, t, b)) continue;
        for (let f = 0; f < features; f++) put(dirty, [NaN, Infinity, 1e30][f % 3]!, t, b, f);
      }
    }
    const lengths = ragged;
    for (const over of ['frame', 'sequence'] as const) {
      const run = (given: Array64): number[] => {
        const op = (values: Tensor): Tensor[] => {
          const { mean, covariance } = groupMoments({
            ...{ x: values as Tensor3D, over, groupSize: 2, lengths },
          });
          const matrix = whiteningMatrix({
            ...{ covariance, method: 'cholesky', iterations: 1, epsilon: 0.1 },
          });
          const gain = toTensor(unit) as Tensor1D;
          return [whitenGroups({ x: values as Tensor3D, mean, matrix, gain, lengths }), mean];
        };
        const values = toTensor3D(given);
        return [...op(values), ...gradientsOf(op, [values])].flatMap((t) => [...t.dataSync()]);
      };
      const clean = run(x);
      expect(clean.every(Number.isFinite)).toBe(true);
      expect(run(dirty)).toEqual(clean);
    }
  });

  test('moments of rows far from 0 keep their digits', () => {
    const far = map64(x, (v) => Math.fround(v + 1000));
    const [mean, covariance] = expectedMoments(far, 'sequence', 3);
    const found = groupMoments({ x: toTensor3D(far), over: 'sequence', groupSize: 3 });
    expectClose(found.mean, mean!);
    // float32 keeps x to 3e-5 here; one pass over Σ x² would be off by its own size.
    expectClose(found.covariance, covariance!, { rtol: 1e-4 });
  });

  test('refuses groups that do not fill the features, and other sizes', () => {
    const given = toTensor3D(x);
    expect(() => groupMoments({ x: given, over: 'frame', groupSize: 4 })).toThrow(
      'groupMoments: groupSize is 4, expected a divisor of the 6 features.',
    );
    const covariance = toTensor(filled([1, 2, 3, 4], 1)) as Tensor4D;
    const rule = { method: 'cholesky', iterations: 1, epsilon: 1 } as const;
    expect(() => whiteningMatrix({ covariance, ...rule })).toThrow(ShapeError);
    const square = toTensor(reshape64(filled([6, 3], 1), [1, 2, 3, 3])) as Tensor4D;
    expect(() => whiteningMatrix({ covariance: square, ...rule, epsilon: 0 })).toThrow(UsageError);
    const mean = toTensor(filled([2, features], 1)) as Tensor2D;
    const gain = toTensor(unit) as Tensor1D;
    expect(() => whitenGroups({ x: given, mean, matrix: square, gain })).toThrow(ShapeError);
  });
});

interface Given {
  x: Tensor3D;
  mean: Tensor2D;
  matrix: Tensor4D;
  gain: Tensor1D;
  shift?: Tensor1D;
}
