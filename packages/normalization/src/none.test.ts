import { startBackend } from '@bnrnn/tensor-backend';
import {
  expectNoLeak,
  filled,
  lossWeights,
  testBackends,
  toTensor3D,
  expectClose,
  weightedSumOfTensors,
} from '@bnrnn/test-utils';
import { grad, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { none } from './none';

describe.each(testBackends())('none on %s', (backend) => {
  const x = filled([3, 2, 4], 21);

  beforeAll(async () => {
    await startBackend(backend);
  });

  it('gives x bit for bit, padding included, and passes the gradient', () => {
    const options = { mode: 'batch', lengths: [3, 1] } as const;
    const y = none().apply(toTensor3D(x), {}, {}, options);
    expect([...y.y.dataSync()]).toEqual([...x.data]);
    expect(y).not.toHaveProperty('measured');
    const gradient = grad((a: Tensor) =>
      weightedSumOfTensors(none().apply(a as Tensor3D, {}, {}, options).y),
    )(toTensor3D(x));
    expectClose(gradient, lossWeights(x.shape));
  });

  it('outlives x, and x outlives it', () => {
    const xs = toTensor3D(filled([1, 2, 3], 22));
    const { y } = none().apply(xs, {}, {}, { mode: 'stored' });
    xs.dispose();
    expect([...y.dataSync()]).toEqual([...filled([1, 2, 3], 22).data]);
  });

  it('has neither parameters nor statistics, and leaves what it returns', () => {
    expect(none().init(4, { shift: true })).toEqual({ parameters: {}, statistics: {} });
    const xs = toTensor3D(x);
    expectNoLeak(() => none().apply(xs, {}, {}, { mode: 'batch' }));
  });
});
