import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  map64,
  oracle,
  testBackends,
  toTensor1D,
  toTensor2D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
} from '@bnrnn/test-utils';
import { grads, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { online, type OnlineOptions } from './online';

const [time, batch, features] = [6, 4, 8];
const x = filled([time, batch, features], 1, -2, 3);
const gain = filled([features], 2, 0.5, 1.5);
const shift = filled([features], 3);
const epsilon = 0.1;
const stored = {
  mean: filled([1, features], 4),
  variance: filled([1, features], 5, 0.3, 2),
  u: filled([1, features], 6),
  v: filled([1, features], 7),
};
const statistics = () => ({
  mean: toTensor2D(stored.mean),
  variance: toTensor2D(stored.variance),
  u: toTensor2D(stored.u),
  v: toTensor2D(stored.v),
});

interface Case {
  readonly name: string;
  readonly options: OnlineOptions;
  readonly lengths?: readonly number[];
}

const cases: readonly Case[] = [
  { name: 'without layer scaling', options: { layerScaling: false, backwardDecay: 0.75 } },
  { name: 'layer scaling, padded', options: { backwardDecay: 0.5 }, lengths: [6, 5, 1, 2] },
  { name: 'layer scaling in 4 groups', options: { groups: 4 }, lengths: [0, 6, 6, 3] },
];

const isReal =
  (lengths: Case['lengths']) =>
  (i: number): boolean => {
    const row = Math.floor(i / features);
    return !oracle.isPadded(lengths, Math.floor(row / batch), row % batch);
  };

const given = ({ options, lengths }: Omit<Case, 'name'>) => {
  const { layerScaling = true, groups = 1 } = options;
  return { x, gain, shift, lengths, statistics: stored, epsilon, groups, layerScaling };
};

describe.each(testBackends())('online on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  describe.each(cases)('$name', (testCase) => {
    const { options, lengths } = testCase;
    const normalizer = () => online({ ...options, epsilon });

    it.each(['batch', 'stored'] as const)('gives the float64 values in mode %s', (mode) => {
      const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
      const { y } = normalizer().apply(toTensor3D(x), parameters, statistics(), { mode, lengths });
      const wanted = given(testCase);
      expectClose(y, oracle.onlineOutput(oracle.onlineStandardize(wanted), wanted));
    });

    it('has the backward rule of the paper, and measures u and v by it', () => {
      const wanted = given(testCase);
      const { xHat, ...expected } = centralDifferences(
        (moved) => weightedSum(oracle.onlineOutput(moved.xHat, { ...wanted, ...moved })),
        { xHat: oracle.onlineStandardize(wanted), gain, shift },
      );
      const rule = oracle.onlineBackward(xHat, wanted);
      const names = ['x', 'gain', 'shift', 'u', 'v'];
      const { mean, variance, u, v } = statistics();
      const found = grads((...[xs, gains, shifts, ownU, ownV]: Tensor[]) => {
        const parameters = { gain: gains!, shift: shifts! };
        const kept = { mean, variance, u: ownU!, v: ownV! };
        const { y } = normalizer().apply(xs as Tensor3D, parameters, kept, {
          mode: 'batch',
          lengths,
        });
        return weightedSumOfTensors(y);
      })([toTensor3D(x), toTensor1D(gain), toTensor1D(shift), u, v]);
      [rule.dx, expected.gain, expected.shift, rule.u, rule.v].forEach((value, k) => {
        expectClose(found[k]!, value, { rtol: 1e-4, label: names[k]! });
      });
    });

    it('leaves what it returns', () => {
      const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
      const [kept, xs] = [statistics(), toTensor3D(x)];
      for (const mode of ['batch', 'stored'] as const) {
        expectNoLeak(() => normalizer().apply(xs, parameters, kept, { mode, lengths }));
      }
      const { measured } = normalizer().apply(xs, parameters, kept, { mode: 'batch', lengths });
      expectNoLeak(() => normalizer().fold!(kept, measured!, new Int32Array(time).fill(batch)));
    });
  });

  it('renews mean and variance row by row, and the controls by the means of the mini-batch', () => {
    const a = 0.9;
    const lengths = [6, 5, 1, 2];
    const real = isReal(lengths);
    const b = 0.9;
    const normalizer = online({ forwardDecay: a, backwardDecay: b, epsilon });
    tidy(() => {
      const kept = statistics();
      const parameters = { gain: toTensor1D(gain) };
      const { measured } = normalizer.apply(toTensor3D(x), parameters, kept, {
        mode: 'batch',
        lengths,
      });
      const [u, v] = [filled([1, features], 8), filled([1, features], 9)];
      const counts = Int32Array.from(
        Array.from({ length: time }, (_, t) => lengths.filter((n) => t < n).length),
      );
      const rows = counts.reduce((sum, n) => sum + n, 0);
      const next = normalizer.fold!(
        kept,
        { ...measured, u: toTensor2D(u), v: toTensor2D(v) },
        counts,
      );
      // A time step counts by its mean and variance: n updates with the old share aⁿ.
      const expected = {
        mean: map64(stored.mean, (m) => m),
        variance: map64(stored.variance, (q) => q),
      };
      for (let f = 0; f < features; f++) {
        for (let t = 0; t < time; t++) {
          const own = Array.from({ length: batch }, (_, b) => (t * batch + b) * features + f)
            .filter(real)
            .map((i) => x.data[i]!);
          if (own.length === 0) continue;
          const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
          const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length;
          const share = a ** own.length;
          const delta = mean - expected.mean.data[f]!;
          expected.variance.data[f] =
            share * expected.variance.data[f]! +
            (1 - share) * variance +
            share * (1 - share) * delta ** 2;
          expected.mean.data[f] = expected.mean.data[f]! + (1 - share) * delta;
        }
      }
      expectClose(next['mean']!, expected.mean);
      expectClose(next['variance']!, expected.variance);
      expectClose(
        next['u']!,
        map64(stored.u, (value, f) => value + ((1 - b ** rows) * u.data[f]!) / rows),
      );
      const xHat = oracle.onlineStandardize(given({ options: {}, lengths }));
      expectClose(
        next['v']!,
        map64(stored.v, (value, f) => {
          const size = xHat.data.reduce(
            (sum, standardized, i) => (i % features === f ? sum + standardized ** 2 / rows : sum),
            0,
          );
          return value + (((1 - b ** (rows * size)) / size) * v.data[f]!) / rows;
        }),
      );
    });
  });

  it('is the update of the paper with one row a step', () => {
    const a = 0.75;
    const normalizer = online({ forwardDecay: a });
    const rows = filled([time, 1, features], 12, -2, 3);
    const { measured } = normalizer.apply(
      toTensor3D(rows),
      { gain: toTensor1D(gain) },
      statistics(),
      {
        mode: 'batch',
      },
    );
    const next = normalizer.fold!(statistics(), measured!, new Int32Array(time).fill(1));
    const [mean, variance] = [[...stored.mean.data], [...stored.variance.data]];
    rows.data.forEach((value, i) => {
      const f = i % features;
      variance[f] = a * variance[f]! + a * (1 - a) * (value - mean[f]!) ** 2;
      mean[f] = a * mean[f]! + (1 - a) * value;
    });
    expectClose(next['mean']!, array64([1, features], mean));
    expectClose(next['variance']!, array64([1, features], variance));
  });

  it('has the control v that the paper has after as many equal rows', () => {
    const b = 0.96875;
    const [rows, xHat, gradient] = [20, 1.7, 0.4];
    // The paper's v, sample by sample; its control of a row is (1 − b)·v·x̂.
    let v = 0;
    for (let row = 0; row < rows; row++) v += (gradient - (1 - b) * v * xHat) * xHat;
    tidy(() => {
      const normalizer = online({ backwardDecay: b, epsilon: 1e-5 });
      const { statistics } = normalizer.init(1, { shift: false });
      const next = normalizer.fold!(
        statistics,
        {
          mean: toTensor2D(array64([1, 1], [xHat])),
          variance: toTensor2D(array64([1, 1], [0])),
          u: toTensor2D(array64([1, 1], [0])),
          v: toTensor2D(array64([1, 1], [rows * gradient * xHat])),
        },
        Int32Array.of(rows),
      );
      // b^(x̂²) stands for 1 − (1 − b)·x̂².
      expectClose(next['v']!, array64([1, 1], [(1 - b) * v]), { rtol: 0.02 });
    });
  });

  it('refuses statistics of another normalizer', () => {
    const { mean, variance } = statistics();
    expect(() =>
      online().apply(
        toTensor3D(x),
        { gain: toTensor1D(gain) },
        { mean, variance },
        { mode: 'batch' },
      ),
    ).toThrow('online.apply: statistics.u is missing, expected [1, 8].');
  });
});
