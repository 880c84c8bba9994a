import { startBackend } from '@bnrnn/tensor-backend';
import { array64, expectClose, expectNoLeak, testBackends } from '@bnrnn/test-utils';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNorm } from './batchNorm';
import { foldMoments } from './foldMoments';
import type { BatchStatistics } from './statistics';

function statistics(mean: number[][], variance: number[][]): BatchStatistics {
  return { mean: tensor2d(mean), variance: tensor2d(variance) };
}

/** Moments and the real rows of each step. */
function moments(
  rows: number[],
  mean: number[][],
  variance: number[][],
): [BatchStatistics, Int32Array] {
  return [statistics(mean, variance), Int32Array.from(rows)];
}

describe.each(testBackends())('foldMoments on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  it('keeps the share decay of the old row of each step, and rows past the last step whole', () => {
    const old = statistics(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [
        [1, 1],
        [2, 2],
        [3, 0.3],
      ],
    );
    const next = foldMoments(
      old,
      ...moments(
        [4, 2],
        [
          [11, 12],
          [-3, 0],
        ],
        [
          [5, 9],
          [4, 8],
        ],
      ),
      0.75,
    );
    // 0.75·1 + 0.25·11 = 3.5, 0.75·3 − 0.25·3 = 1.5
    expectClose(next.mean, array64([3, 2], [3.5, 4.5, 1.5, 3, 5, 6]), { rtol: 1e-6 });
    expectClose(next.variance, array64([3, 2], [2, 3, 2.5, 3.5, 3, 0.3]), { rtol: 1e-6 });
    expect(next.variance.dataSync()[5]).toBe(Math.fround(0.3));
  });

  it('weighs steps of a shared row by their real rows, without those that have fewer than 2', () => {
    const next = foldMoments(
      statistics([[10]], [[1]]),
      ...moments([6, 2, 1, 0], [[1], [5], [1e30], [NaN]], [[4], [8], [0], [NaN]]),
      0.5,
    );
    // means (6·1 + 2·5)/8 = 2, variances (6·4 + 2·8)/8 = 5
    expectClose(next.mean, array64([1, 1], [6]), { rtol: 1e-6 });
    expectClose(next.variance, array64([1, 1], [3]), { rtol: 1e-6 });
  });

  it('gives the last row the average of all steps at or past it', () => {
    const next = foldMoments(
      statistics([[0], [0]], [[1], [1]]),
      ...moments([3, 3, 2, 4], [[7], [1], [2], [6]], [[9], [3], [1], [5]]),
      0,
    );
    // (3·1 + 2·2 + 4·6)/9 = 31/9, (3·3 + 2·1 + 4·5)/9 = 31/9
    expectClose(next.mean, array64([2, 1], [7, 31 / 9]), { rtol: 1e-6 });
    expectClose(next.variance, array64([2, 1], [9, 31 / 9]), { rtol: 1e-6 });
  });

  it('changes nothing where no step has 2 real rows', () => {
    const next = foldMoments(
      statistics([[0.1], [0.2]], [[0.7], [0.9]]),
      ...moments([1, 0, 1], [[5], [5], [5]], [[5], [5], [5]]),
      0.3,
    );
    expect([...next.mean.dataSync()]).toEqual([0.1, 0.2].map(Math.fround));
    expect([...next.variance.dataSync()]).toEqual([0.7, 0.9].map(Math.fround));
  });

  it('is what fold does with the decay of the specification, and keeps its inputs', () => {
    const normalizer = batchNorm({ over: 'sequence', decay: 0.8 });
    const old = normalizer.init(2, { shift: false }).statistics;
    const seen = moments([3, 2], [[10, -5]], [[6, 2]]);
    const next = normalizer.fold!(old, ...seen);
    expectClose(next['mean']!, array64([1, 2], [2, -1]), { rtol: 1e-6 });
    expectClose(next['variance']!, array64([1, 2], [2, 1.2]), { rtol: 1e-6 });
    expectNoLeak(() => normalizer.fold!(old, ...seen));
    expectClose(old['variance']!, array64([1, 2], [1, 1]));
  });
});
