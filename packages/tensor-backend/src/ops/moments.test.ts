import { expectClose, filled, oracle, put, testBackends, toTensor3D } from '@bnrnn/test-utils';
import { dispose, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareWithOracle, gradientsOf } from '../../test/compareWithOracle';
import { startBackend } from '../backends/startBackend';
import { moments } from './moments';

const [time, batch, features] = [7, 5, 6];
const x = filled([time, batch, features], 31, -2, 3);
const one = filled([features], 1, 1, 1);
// Step 5 has one real row, step 6 none.
const ragged = [6, 3, 5, 2, 4];
const cases = (['frame', 'sequence'] as const).flatMap((over) =>
  [undefined, ragged].map((lengths) => ({ over, lengths, padding: lengths !== undefined })),
);

describe.each(testBackends())('moments on %s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each(cases)('over $over, padding $padding: agrees with the oracle', ({ over, lengths }) => {
    const stored = {
      mean: filled([time, features], 2),
      variance: filled([time, features], 3, 1, 2),
    };
    compareWithOracle({
      label: over,
      inputs: { x },
      op(tensors) {
        const { mean, variance } = moments({ x: tensors.x as Tensor3D, over, lengths });
        return [mean, variance];
      },
      oracle(arrays) {
        const given = { gain: one, epsilon: 1, over, lengths, stored };
        const { mean, variance } = oracle.batchNormalize({ ...arrays, ...given });
        return [mean, variance];
      },
    });
  });

  test.each(['frame', 'sequence'] as const)('over %s: padding changes nothing', (over) => {
    const dirty = structuredClone(x);
    for (let b = 0; b < batch; b++) put(dirty, b % 2 ? NaN : -Infinity, 6, b, b);
    const lengths = ragged;
    const run = (tensor: Tensor3D) => {
      const op = (moved: Tensor3D) => Object.values(moments({ x: moved, over, lengths }));
      return [...op(tensor), ...gradientsOf((moved) => op(moved as Tensor3D), [tensor])];
    };
    const [clean, other] = [toTensor3D(x), toTensor3D(dirty)].map(run);
    other!.forEach((tensor, k) => expectClose(tensor, clean![k]!.dataSync()));
    dispose([clean!, other!]);
  });

  test('a mean far from 0 costs the variance no digit', () => {
    const far = structuredClone(x);
    far.data.forEach((value, i) => (far.data[i] = Math.fround(1000 + value)));
    const wanted = oracle.batchNormalize({ x: far, gain: one, epsilon: 1, over: 'sequence' });
    const { variance } = moments({ x: toTensor3D(far), over: 'sequence' });
    expectClose(variance, wanted.variance);
    expect(variance.shape).toEqual([1, features]);
  });
});
