import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  at,
  expectClose,
  filled,
  fromTensor,
  map64,
  onRanks,
  oracle,
  put,
  toTensor,
  toTensor1D,
  toTensor3D,
  type Array64,
} from '@bnrnn/test-utils';
import { dispose, grads, mul, sum, tidy, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, it, test } from 'vitest';
import { batch, cases, features, gain, given, n, rule, time, x } from '../test/whitenCases';
import { StatisticsAverage } from './statisticsAverage';
import type { Ranks } from './sumOverRanks';

const whitening = { method: 'cholesky', iterations: 1 } as const;

describe('whitening of several batches or parts of one', () => {
  beforeAll(async () => {
    await startBackend('cpu');
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
