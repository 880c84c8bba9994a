import { ShapeError } from '@bnrnn/core';
import {
  expectClose,
  expectNoLeak,
  filled,
  oracle,
  testBackends,
  toTensor2D,
} from '@bnrnn/test-utils';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { runningAverage } from './runningAverage';

const cases: readonly { rows: number; weights: number[] }[] = [
  { rows: 1, weights: [3] },
  { rows: 1, weights: [4, 0, 2, 7] },
  { rows: 4, weights: [2, 5, 3, 2] },
  { rows: 5, weights: [2, 0, 3] },
  { rows: 3, weights: [2, 4, 5, 0, 3, 2] },
  { rows: 2, weights: [0, 0, 0] },
];

describe.each(testBackends())('runningAverage on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each(cases)('of $rows rows over steps of weights $weights', ({ rows, weights }) => {
    // More features than a workgroup has invocations.
    const old = filled([rows, 300], 11);
    const values = filled([weights.length, 300], 12);
    const given = { old: toTensor2D(old), values: toTensor2D(values), weights, decay: 0.7 };
    expectClose(runningAverage(given), oracle.runningAverage({ old, values, weights, decay: 0.7 }));
    expectNoLeak(() => runningAverage(given));
  });

  test('a step that weighs nothing may hold anything, and a row without steps keeps its bits', () => {
    const old = filled([3, 2], 13);
    const values = filled([3, 2], 14);
    values.data.set([NaN, Infinity], 2);
    const next = runningAverage({
      old: toTensor2D(old),
      values: toTensor2D(values),
      weights: [2, 0, 3],
      decay: 0.7,
    });
    const [kept, found] = [Float32Array.from(old.data), next.dataSync()];
    expect([...found.slice(2, 4)]).toEqual([...kept.slice(2, 4)]);
    expect(found.every(Number.isFinite)).toBe(true);
  });

  test('weights of other steps than there are values are refused', () => {
    const rows = toTensor2D(filled([2, 3], 15));
    const call = () => runningAverage({ old: rows, values: rows, weights: [1], decay: 0.5 });
    expect(call).toThrow(ShapeError);
  });
});
