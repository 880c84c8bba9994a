import { startBackend } from '@bnrnn/tensor-backend';
import {
  array64,
  expectClose,
  expectNoLeak,
  expectNoLeakAsync,
  testBackend,
} from '@bnrnn/test-utils';
import { tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNorm } from './batchNorm';
import type { Measured } from './normalizer';
import { StatisticsAverage } from './statisticsAverage';

function moments(rows: number[], mean: number[][], variance: number[][]): Measured {
  return {
    tensors: { mean: tensor2d(mean), variance: tensor2d(variance) },
    counts: Int32Array.from(rows),
  };
}

type Name = 'mean' | 'variance';

const shared = batchNorm({ over: 'sequence' });
const perStep = batchNorm({ over: 'frame', perStep: true, maxSteps: 3 });

const startOf = (normalizer: typeof shared, features: number) =>
  normalizer.init(features, { shift: false }).statistics;

function empty(): StatisticsAverage {
  return new StatisticsAverage(
    new Map([
      ['a', startOf(shared, 2)],
      ['b', startOf(perStep, 1)],
    ]),
  );
}

async function filledOnce(): Promise<StatisticsAverage> {
  const average = empty();
  await average.add(
    new Map([
      ['a', moments([4, 6], [[1, 2]], [[3, 5]])],
      ['b', moments([4, 2, 4, 2], [[1], [2], [3], [6]], [[1], [1], [2], [8]])],
    ]),
  );
  return average;
}

const second = () =>
  new Map([
    ['a', moments([30], [[5, 6]], [[7, 1]])],
    ['b', moments([4, 1, 0], [[3], [1e30], [NaN]], [[5], [0], [NaN]])],
  ]);

describe('StatisticsAverage', () => {
  beforeAll(async () => {
    await startBackend(testBackend());
  });

  it('averages means and biased variances, each weighed by its real rows', async () => {
    const average = await filledOnce();
    await average.add(second());
    const result = average.statistics();
    // a: (10·1 + 30·5)/40 = 4, (10·3 + 30·7)/40 = 6
    expectClose(result.get('a')!['mean']!, array64([1, 2], [4, 5]), { rtol: 1e-6 });
    expectClose(result.get('a')!['variance']!, array64([1, 2], [6, 2]), { rtol: 1e-6 });
    // b: steps 2 and 3 share row 2: (4·3 + 2·6)/6 = 4; steps of 1 and 0 real rows are left out
    expectClose(result.get('b')!['mean']!, array64([3, 1], [2, 2, 4]), { rtol: 1e-6 });
    expectClose(result.get('b')!['variance']!, array64([3, 1], [3, 1, 4]), { rtol: 1e-6 });
  });

  it('gives a row that no step reached the row before it', async () => {
    const average = new StatisticsAverage(new Map([['b', startOf(perStep, 1)]]));
    await average.add(new Map([['b', moments([1, 2], [[9], [5]], [[9], [7]])]]));
    const { mean, variance } = average.statistics().get('b') as Record<Name, Tensor>;
    expect([...mean.dataSync()]).toEqual([5, 5, 5]);
    expect([...variance.dataSync()]).toEqual([7, 7, 7]);
  });

  it('keeps in float64 what float32 would lose', async () => {
    const average = new StatisticsAverage(new Map([['a', startOf(shared, 1)]]));
    await average.add(new Map([['a', moments([2 ** 24], [[1]], [[1]])]]));
    for (let k = 0; k < 64; k++) {
      await average.add(new Map([['a', moments([2], [[2 ** 24]], [[2 ** 23]])]]));
    }
    const { mean, variance } = average.statistics().get('a') as Record<Name, Tensor>;
    const total = 2 ** 24 + 128;
    expect(mean.dataSync()[0]).toBe(Math.fround((2 ** 24 + 128 * 2 ** 24) / total));
    expect(variance.dataSync()[0]).toBe(Math.fround((2 ** 24 + 128 * 2 ** 23) / total));
  });

  it('keeps no tensor of what it reads', async () => {
    const average = await filledOnce();
    const batch = second();
    await expectNoLeakAsync(async () => {
      await average.add(batch);
    });
    expectNoLeak(() => average.statistics());
  });

  it('refuses paths that differ, sizes that differ, and an average of nothing', async () => {
    const { a, b } = { a: moments([2], [[1, 2]], [[3, 5]]), b: moments([2], [[1]], [[1]]) };
    await expect(empty().add(new Map([['a', a]]))).rejects.toThrow(
      'StatisticsAverage.add: "b" is in the statistics but was not measured.',
    );
    await expect(
      empty().add(
        new Map([
          ['a', a],
          ['b', b],
          ['c', b],
        ]),
      ),
    ).rejects.toThrow('StatisticsAverage.add: "c" is measured but not in the statistics.');
    await expect(
      empty().add(
        new Map([
          ['a', b],
          ['b', b],
        ]),
      ),
    ).rejects.toThrow('StatisticsAverage.add: a mean is [1, 1], expected [steps=1, 2].');
    expect(() => empty().statistics()).toThrow(
      'StatisticsAverage.statistics: "a" measured nothing over 2 or more real rows.',
    );
  });
});
