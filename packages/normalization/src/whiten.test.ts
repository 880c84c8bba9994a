import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  at,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  fromTensor,
  map64,
  onRanks,
  oracle,
  put,
  reshape64,
  testBackends,
  toTensor,
  toTensor1D,
  toTensor3D,
  weightedSum,
  weightedSumOfTensors,
  type Array64,
} from '@bnrnn/test-utils';
import {
  add,
  dispose,
  grads,
  matMul,
  mul,
  reshape,
  sum,
  tidy,
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { batchNorm } from './batchNorm';
import { normalizerFromSpec } from './normalizerFromSpec';
import { StatisticsAverage } from './statisticsAverage';
import type { Ranks } from './sumOverRanks';
import { whiten } from './whiten';
import type { WhitenOptions } from './whitenSpec';

const [time, batch, features, n] = [5, 7, 6, 3];
// Steps 3 and 4 have 3 and 2 real rows, no more than a group has features.
const lengths = [5, 3, 4, 2, 5, 3, 1];
const even = [5, 3, 5, 5, 5, 5, 1];
const noise = filled([time, batch, features], 1, -2, 3);
const x = map64(noise, (v, i) => v + 0.7 * (i % features === 0 ? 0 : noise.data[i - 1]!));
const gain = filled([features], 2, 0.5, 1.5);
const shift = filled([features], 3);

const rule = { groupSize: n, epsilon: 0.1 };
const cases: readonly [string, WhitenOptions, number[]?][] = [
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
function given(options: WhitenOptions, real?: readonly number[]) {
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

const inputs = { x, gain, shift };
/** The float64 gradients, by case and mode: the same on every backend. */
const gradients = new Map<string, typeof inputs>();
const whitening = { method: 'cholesky', iterations: 1 } as const;
const values = () => [toTensor3D(x), toTensor1D(gain), toTensor1D(shift)];

describe.each(testBackends())('whiten on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  describe.each(cases)('%s', (name, options, real) => {
    it.each(['batch', 'stored'] as const)(
      'is the float64 values and gradient in mode %s',
      (mode) => {
        const { normalizer, statistics, rest, lengths } = given(options, real);
        const expected = (moved: typeof inputs) =>
          oracle.whiten({
            ...moved,
            ...rest,
            ...(mode === 'stored' && { over: 'frame', useStored: true }),
          });
        const apply = (xs: Tensor, gains: Tensor, shifts: Tensor) =>
          normalizer.apply(xs as Tensor3D, { gain: gains, shift: shifts }, statistics, {
            mode,
            lengths,
          });
        const [xs, gains, shifts] = values() as [Tensor, Tensor, Tensor];
        const { y } = apply(xs, gains, shifts);
        expectClose(y, expected(inputs).y);
        const gradient = grads((...all: Tensor[]) =>
          weightedSumOfTensors(apply(...(all as [Tensor, Tensor, Tensor])).y),
        )([xs, gains, shifts]);
        const place = `${name}, ${mode}`;
        const wanted =
          gradients.get(place) ??
          centralDifferences((moved) => weightedSum(expected(moved).y), inputs);
        gradients.set(place, wanted);
        Object.entries(wanted).forEach(([input, value], k) => {
          expectClose(gradient[k]!, value, { rtol: 1e-4, label: input });
        });
        expectNoLeak(() => {
          const { y: again, measured = {} } = apply(xs, gains, shifts);
          return [again, ...Object.values(measured)];
        });
      },
    );

    it('measures the float64 mean and squares, and folds those of enough rows', () => {
      const { normalizer, statistics, rest, lengths, running } = given(options, real);
      const found = oracle.whiten({ ...inputs, ...rest });
      const parameters = { gain: toTensor(gain), shift: toTensor(shift) };
      const { measured } = normalizer.apply(toTensor3D(x), parameters, statistics, {
        mode: 'batch',
        lengths,
      });
      const seen = [...found.rows.data].map((count) =>
        Number(options.over === 'sequence' || count > n),
      );
      const kept = (array: Array64) => {
        const size = array.data.length / seen.length;
        return map64(array, (v, i) => (seen[Math.floor(i / size)] === 1 ? v : 0));
      };
      const name = running ? 'matrix' : 'covariance';
      expectClose(kept(fromTensor(measured!['mean']!)), kept(found.mean));
      expectClose(kept(fromTensor(measured![name]!)), kept(found[name]));

      const counts = Int32Array.from({ length: time }, (_, t) => {
        return real === undefined
          ? batch
          : real.data.slice(t * batch, (t + 1) * batch).reduce((a, b) => a + b);
      });
      const folded = normalizer.fold!(statistics, measured!, counts);
      for (const [key, whole] of [
        ['mean', found.mean],
        [name, found[name]],
      ] as const) {
        const old = fromTensor(statistics[key]!);
        const size = whole.data.length / seen.length;
        const rows = old.shape[0]!;
        const expected = map64(old, (v, i) => {
          const row = Math.floor(i / size);
          let total = 0;
          let weight = 0;
          seen.forEach((is, s) => {
            if (is === 0 || (rows > 1 && Math.min(s, rows - 1) !== row)) return;
            weight += found.rows.data[s]!;
            total += found.rows.data[s]! * whole.data[s * size + (i % size)]!;
          });
          return weight === 0 ? v : 0.9 * v + (0.1 * total) / weight;
        });
        expectClose(folded[key]!, expected, { label: key });
      }
    });
  });

  it.each(['cholesky', 'zca', 'iterative'] as const)(
    'by %s leaves groups uncorrelated',
    (method) => {
      const long = filled([9, 12, features], 8, -2, 3);
      const mixed = map64(long, (v, i) => v + 0.7 * (i % features === 0 ? 0 : long.data[i - 1]!));
      const normalizer = whiten({ over: 'sequence', groupSize: n, method, iterations: 7 });
      const { parameters, statistics } = normalizer.init(features, { shift: false });
      const { y } = normalizer.apply(toTensor3D(mixed), parameters, statistics, { mode: 'batch' });
      const rows = reshape<Rank.R2>(y, [108, features]);
      const covariance = fromTensor(matMul(rows, rows, true));
      for (let f = 0; f < features; f++) {
        const first = f - (f % n);
        for (let j = 0; j < n; j++) {
          const value = at(covariance, f, first + j) / 108;
          expect(value).toBeCloseTo(Number(first + j === f), method === 'iterative' ? 3 : 4); // ε is 1e-5
        }
      }
    },
  );

  it.each(['cholesky', 'zca', 'iterative'] as const)(
    'by %s of groups of 1 is batch normalization',
    (method) => {
      for (const over of ['frame', 'sequence'] as const) {
        const one = whiten({ over, groupSize: 1, method, epsilon: 0.1 });
        const other = batchNorm({ over, epsilon: 0.1 });
        const options = { mode: 'batch', lengths } as const;
        const run = (normalizer: typeof one) => {
          const { parameters, statistics } = normalizer.init(features, { shift: true });
          const [xs] = values();
          const apply = (moved: Tensor) =>
            normalizer.apply(moved as Tensor3D, parameters, statistics, options);
          const dx = grads((moved: Tensor) => weightedSumOfTensors(apply(moved).y))([xs!])[0]!;
          const { y, measured } = apply(xs!);
          return { y, dx, measured: measured! };
        };
        const [white, normal] = [run(one), run(other)];
        expectClose(white.y, normal.y, { rtol: 2e-6 });
        expectClose(white.dx, normal.dx, { rtol: 2e-5 });
        const variance = fromTensor(white.measured['covariance']!);
        const rows = over === 'frame' ? time : 1;
        expectClose(
          reshape64(variance, [rows, features]),
          fromTensor(normal.measured['variance']!),
        );
      }
    },
  );

  it('gives its stored map as one matrix and one offset', () => {
    for (const evaluation of ['running-covariance', 'running-matrix'] as const) {
      const { normalizer, statistics } = given({ over: 'frame', ...rule, evaluation });
      const parameters = { gain: toTensor1D(gain), shift: toTensor1D(shift) };
      const { y } = normalizer.apply(toTensor3D(x), parameters, statistics, { mode: 'stored' });
      const { factor, offset } = normalizer.storedMap!(parameters, statistics)!;
      const rows = reshape<Rank.R2>(toTensor3D(x), [time * batch, features]);
      const mapped = add(matMul(rows, factor as Tensor2D), offset);
      expectClose(reshape(mapped, y.shape), fromTensor(y));
      const without = normalizer.storedMap!({ gain: parameters.gain }, statistics)!;
      expectClose(add(without.offset, parameters.shift), fromTensor(offset));
      expectNoLeak(() => Object.values(normalizer.storedMap!(parameters, statistics)!));
    }
    const steps = given({ over: 'frame', ...rule, perStep: true, maxSteps: 3 });
    const parameters = { gain: toTensor1D(gain) };
    expect(steps.normalizer.storedMap!(parameters, steps.statistics)).toBeUndefined();
  });
});

describe('whiten', () => {
  beforeAll(async () => {
    await startBackend('cpu');
  });

  it('comes back from its specification and changes nothing before training', () => {
    const normalizer = whiten({
      ...{ over: 'frame', method: 'zca', groupSize: 2, perStep: true, maxSteps: 3 },
    });
    const again = normalizerFromSpec(JSON.parse(JSON.stringify(normalizer.spec)));
    expect(again.spec).toEqual(normalizer.spec);
    const start = again.init(features, { shift: true });
    expect(start.statistics['covariance']!.shape).toEqual([3, 3, 2, 2]);
    const options = { mode: 'stored' } as const;
    const { y } = again.apply(toTensor3D(x), start.parameters, start.statistics, options);
    expectClose(y, x, { rtol: 1e-5 }); // 1/sqrt(1 + ε)
  });

  it('refuses a batch that is too small for the group, with the numbers that would do', () => {
    const small = toTensor3D(filled([2, 4, 12], 1));
    const refused = (options: Partial<WhitenOptions>, lengths?: number[]) => () => {
      const normalizer = whiten({ over: 'frame', groupSize: 4, ...options });
      const { parameters, statistics } = normalizer.init(12, { shift: false });
      return normalizer.apply(small, parameters, statistics, { mode: 'batch', lengths });
    };
    expect(refused({})).toThrow(
      'whiten.apply: mode "batch" was given 4 real rows at a time step (time 2, batch 4), expected at least 5 to whiten groups of 4.',
    );
    expect(refused({})).toThrow(
      expect.objectContaining({
        hint: 'Use a batch of 5 rows or more, groups of at most 3, or stored statistics (running or recalibrated).',
      }),
    );
    expect(refused({ over: 'sequence' }, [1, 2, 0, 1])).toThrow('4 real rows in all');
    expect(refused({ groupSize: 3 })).not.toThrow();
    expect(refused({ over: 'sequence' })).not.toThrow();
  });

  it('refuses groups that do not fill the features, and settings out of range', () => {
    expect(() => whiten({ over: 'frame', groupSize: 5 }).init(12, { shift: true })).toThrow(
      'whiten: groupSize is 5, expected a divisor of the 12 features.',
    );
    expect(() => whiten({ over: 'frame', iterations: 11 })).toThrow('iterations');
    expect(() => whiten({ over: 'frame', perStep: true })).toThrow('maxSteps');
    expect(() => whiten({ over: 'sequence', perStep: true, maxSteps: 2 })).toThrow('perStep');
    const { statistics } = batchNorm({ over: 'frame' }).init(features, { shift: true });
    const other = whiten({ over: 'frame', groupSize: n });
    expect(() =>
      other.apply(toTensor3D(x), { gain: toTensor(gain) }, statistics, { mode: 'stored' }),
    ).toThrow('statistics have mean and variance, expected mean and covariance');
  });

  it('is recalibrated over batches by their real rows', async () => {
    const { normalizer, statistics } = given({ over: 'sequence', ...rule });
    const average = new StatisticsAverage(new Map([['here', statistics]]));
    const parameters = { gain: toTensor(gain) };
    const [mean, squares] = [array64([1, features]), array64([1, features / n, n, n])];
    for (const part of [filled([2, 3, features], 21), filled([3, 4, features], 22)]) {
      const options = { mode: 'batch' } as const;
      const { measured } = normalizer.apply(toTensor3D(part), parameters, statistics, options);
      const [steps, columns] = part.shape as [number, number, number];
      const counts = new Int32Array(steps).fill(columns);
      await average.add(new Map([['here', { tensors: measured!, counts }]]));
      const share = (steps * columns) / 18;
      const own = oracle.whiten({ x: part, gain, ...rule, over: 'sequence', ...whitening });
      own.mean.data.forEach((v, i) => (mean.data[i]! += share * v));
      own.covariance.data.forEach((v, i) => (squares.data[i]! += share * v));
    }
    const found = average.statistics().get('here')!;
    expectClose(found['mean']!, mean);
    expectClose(found['covariance']!, squares);
  });

  const splits = { 'two ranks': [0, 4, 7], 'three ranks, one without a row': [0, 4, 4, 7] };
  const weights = filled([time, batch, features], 9);

  test.each(
    Object.entries(splits).flatMap(([name, bounds]) =>
      cases.slice(1, 6).map(([label, ...rest]) => ({ name, label, bounds, rest })),
    ),
  )('on $name, $label: as the whole batch', ({ bounds, rest: [options, real] }) => {
    const { normalizer, statistics } = given(options, real);
    const all = real === undefined ? new Array<number>(batch).fill(time) : real;
    const columnsOf = (whole: Array64, first: number, end: number): Array64 => {
      const part = array64([time, Math.max(end - first, 1), features]);
      for (let t = 0; t < time; t++) {
        for (let b = first; b < end; b++) {
          for (let f = 0; f < features; f++) put(part, at(whole, t, b, f), t, b - first, f);
        }
      }
      return part;
    };
    const run = (first: number, end: number, collective?: Ranks): Record<string, Array64> => {
      const found: Record<string, Array64> = {};
      const lengths = first === end ? [0] : [...all].slice(first, end);
      tidy(() => {
        const loss = (xs: Tensor, gains: Tensor): Tensor => {
          const options = { mode: 'batch', lengths, collective } as const;
          const parameters = { gain: gains };
          const { y, measured } = normalizer.apply(xs as Tensor3D, parameters, statistics, options);
          found['y'] = fromTensor(y);
          Object.entries(measured!).forEach(([name, value]) => (found[name] = fromTensor(value)));
          return sum(mul(y, toTensor3D(columnsOf(weights, first, end))));
        };
        const parts = [toTensor3D(columnsOf(x, first, end)), toTensor1D(gain)];
        const [dx, dGain] = grads(loss)(parts).map(fromTensor);
        Object.assign(found, { dx, dGain });
      });
      return found;
    };
    const whole = run(0, batch);
    const ranks = onRanks(bounds.length - 1, (collective) =>
      run(bounds[collective.rank]!, bounds[collective.rank + 1]!, collective),
    );
    ranks.forEach((found, r) => {
      for (const [name, value] of Object.entries(whole)) {
        if (name === 'dGain') continue;
        const cut = name === 'y' || name === 'dx';
        const wanted = cut ? columnsOf(value, bounds[r]!, bounds[r + 1]!) : value;
        expectClose(found[name]!, wanted, { rtol: 2e-5, label: name });
      }
    });
    const total = map64(whole['dGain']!, (_, i) =>
      ranks.reduce((s, { dGain }) => s + dGain!.data[i]!, 0),
    );
    expectClose(total, whole['dGain']!, { rtol: 2e-5 });
    dispose(Object.values(statistics));
  });
});
