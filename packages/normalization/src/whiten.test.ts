import { startBackend } from '@bnrnn/tensor-backend';
import {
  at,
  centralDifferences,
  expectClose,
  expectNoLeak,
  filled,
  fromTensor,
  map64,
  oracle,
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
  grads,
  matMul,
  reshape,
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  batch,
  cases,
  features,
  gain,
  given,
  lengths,
  n,
  rule,
  shift,
  time,
  x,
} from '../test/whitenCases';
import { batchNorm } from './batchNorm';
import { whiten } from './whiten';

const inputs = { x, gain, shift };
/** The float64 gradients, by case and mode: the same on every backend. */
const gradients = new Map<string, typeof inputs>();
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
        return real === undefined ? batch : real.filter((length) => t < length).length;
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
