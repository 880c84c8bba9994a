import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  at,
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
  type Array64,
} from '@bnrnn/test-utils';
import { grads, tensor2d, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNorm } from './batchNorm';
import { renorm, type RenormOptions } from './renorm';

const [time, batch, features] = [7, 4, 5];
const x = filled([time, batch, features], 1, -2, 3);
const gain = filled([features], 2, 0.5, 1.5);
const shift = filled([features], 3);
const epsilon = 0.1;

interface Case {
  readonly name: string;
  readonly options: RenormOptions;
  readonly lengths?: readonly number[];
  /** Rows of the statistics. */
  readonly rows?: number;
  readonly updates: number;
  /** The limits in use after so many updates. */
  readonly limits: { readonly r: number; readonly d: number };
}

const rise = { plainUpdates: 10, rRise: 40, dRise: 20, rMax: 1.5, dMax: 0.8 };
const cases: readonly Case[] = [
  { name: 'before the rise', options: rise, updates: 10, limits: { r: 1, d: 0 } },
  { name: 'on the rise', options: rise, updates: 20, limits: { r: 1.125, d: 0.4 } },
  {
    name: 'at the end, padded, statistics per step',
    options: { ...rise, perStep: true, maxSteps: 6 },
    lengths: [7, 5, 4, 2],
    rows: 6,
    updates: 60,
    limits: { r: 1.5, d: 0.8 },
  },
  {
    name: 'over the sequence, padded, without a limit',
    options: { ...rise, over: 'sequence', rMax: 1e6, dMax: 1e6 },
    lengths: [7, 5, 1, 2],
    updates: 1000,
    limits: { r: 1e6, d: 1e6 },
  },
];

function given({ options, lengths, rows = 1, updates }: Case) {
  const stored = {
    mean: filled([rows, features], 4),
    variance: filled([rows, features], 5, 0.3, 2),
  };
  return {
    normalizer: renorm({ ...options, epsilon }),
    stored,
    lengths,
    statistics: {
      mean: toTensor2D(stored.mean),
      variance: toTensor2D(stored.variance),
      updates: tensor2d([[updates]]),
    },
    parameters: { gain: toTensor1D(gain), shift: toTensor1D(shift) },
  };
}

/** Row min(t, rows − 1) for each step t. */
const spread = (table: Array64): Array64 =>
  map64(array64([time, features]), (_, i) =>
    at(table, Math.min(Math.floor(i / features), table.shape[0]! - 1), i % features),
  );

/** Algorithm 1 in float64: r and d of the unmoved x, which are constants of the gradient. */
function reference(
  testCase: Case,
): (moved: { x: Array64; gain: Array64; shift: Array64 }) => Array64 {
  const { stored, lengths } = given(testCase);
  const over = testCase.options.over ?? 'frame';
  const rows = { mean: spread(stored.mean), variance: spread(stored.variance) };
  const rule = { over, epsilon, lengths, stored: rows };
  const correction = oracle.renormCorrection({ x, gain, ...rule }, testCase.limits);
  return (moved) => oracle.renormalize({ ...moved, ...rule }, correction);
}

describe.each(testBackends())('renorm on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  describe.each(cases)('$name', (testCase) => {
    it('gives the float64 values and gradient', () => {
      const { normalizer, statistics } = given(testCase);
      const options = { mode: 'batch', lengths: testCase.lengths } as const;
      const run = (xs: Tensor, gains: Tensor, shifts: Tensor): Tensor3D =>
        normalizer.apply(xs as Tensor3D, { gain: gains, shift: shifts }, statistics, options).y;
      const values = [toTensor3D(x), toTensor1D(gain), toTensor1D(shift)] as const;
      const expected = reference(testCase);
      expectClose(run(...values), expected({ x, gain, shift }));
      const wanted = centralDifferences((moved) => weightedSum(expected(moved)), {
        x,
        gain,
        shift,
      });
      const found = grads((...[a, b, c]: Tensor[]) => weightedSumOfTensors(run(a!, b!, c!)))([
        ...values,
      ]);
      Object.entries(wanted).forEach(([label, value], k) => {
        expectClose(found[k]!, value, { rtol: 1e-4, label });
      });
    });

    it('leaves what it returns', () => {
      const { normalizer, parameters, statistics } = given(testCase);
      const xs = toTensor3D(x);
      for (const mode of ['batch', 'stored'] as const) {
        expectNoLeak(() =>
          normalizer.apply(xs, parameters, statistics, { mode, lengths: testCase.lengths }),
        );
      }
      const { measured } = normalizer.apply(xs, parameters, statistics, { mode: 'batch' });
      const counts = new Int32Array(time).fill(batch);
      expectNoLeak(() => normalizer.fold!(statistics, measured!, counts));
    });
  });

  it('is batch normalization before the rise, and where it evaluates', () => {
    const { normalizer, parameters, statistics } = given(cases[0]!);
    const plain = batchNorm({ over: 'frame', epsilon });
    for (const mode of ['batch', 'stored'] as const) {
      const [own, other] = [normalizer, plain].map((each) =>
        each.apply(toTensor3D(x), parameters, statistics, { mode }),
      );
      expectClose(own!.y, other!.y.dataSync(), { rtol: 1e-6 });
    }
  });

  it('gives what the running statistics give where no limit is met', () => {
    const { normalizer, parameters, statistics, stored } = given({
      ...cases[3]!,
      lengths: [7, 7, 7, 7],
    });
    const training = normalizer.apply(toTensor3D(x), parameters, statistics, { mode: 'batch' });
    const evaluation = normalizer.apply(toTensor3D(x), parameters, statistics, { mode: 'stored' });
    expectClose(training.y, evaluation.y.dataSync(), { rtol: 1e-4 });
    expect(stored.mean.shape).toEqual([1, features]);
  });

  it('counts its updates, and folds its moments as batch normalization does', () => {
    const { normalizer, parameters, statistics } = given(cases[1]!);
    const { measured } = normalizer.apply(toTensor3D(x), parameters, statistics, { mode: 'batch' });
    const counts = new Int32Array(time).fill(batch);
    const next = normalizer.fold!(statistics, measured!, counts);
    expect([...next['updates']!.dataSync()]).toEqual([21]);
    expect([...measured!['updates']!.dataSync()]).toEqual([20]);
    const plain = batchNorm({ over: 'frame', epsilon });
    const folded = plain.fold!(statistics, measured!, counts);
    for (const name of ['mean', 'variance']) {
      expect([...next[name]!.dataSync()]).toEqual([...folded[name]!.dataSync()]);
    }
  });
});

describe('the settings of renorm', () => {
  it('have defaults from its paper', () => {
    expect(renorm().spec).toMatchObject({ rMax: 3, dMax: 5, plainUpdates: 5000, rRise: 35000 });
  });

  it.each([
    [{ rMax: 0.5 }, 'renorm: rMax is 0.5, expected a number at least 1.'],
    [{ over: 'sequence', perStep: true } as const, 'renorm: perStep is true with over "sequence"'],
  ])('refuse %o', (options, sentence) => {
    expect(() => renorm(options)).toThrow(sentence);
  });
});
