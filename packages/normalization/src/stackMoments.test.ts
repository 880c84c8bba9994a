import { startBackend } from '@bnrnn/tensor-backend';
import { array64, expectClose, expectNoLeak, testBackend } from '@bnrnn/test-utils';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { stackMoments } from './stackMoments';

beforeAll(async () => {
  await startBackend(testBackend());
});

it('puts the moments of steps together in time order', () => {
  const steps = [3, 2, 1].map((rows, t) => ({
    mean: tensor2d([[t, t + 0.5]]),
    variance: tensor2d([[10 * t + 1, 10 * t + 2]]),
    rows: Int32Array.of(rows),
  }));
  const { mean, variance, rows } = stackMoments(steps);
  expectClose(mean, array64([3, 2], [0, 0.5, 1, 1.5, 2, 2.5]));
  expectClose(variance, array64([3, 2], [1, 2, 11, 12, 21, 22]));
  expect([...rows]).toEqual([3, 2, 1]);
  expectNoLeak(() => stackMoments(steps));
});
