import { expectClose, expectNoLeak, filled, testBackends, toTensor3D } from '@bnrnn/test-utils';
import {
  grad,
  mul,
  sum,
  tensor3d,
  type Scalar,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { zeroPadding } from './zeroPadding';

describe.each(testBackends())('zeroPadding on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  const x = () => tensor3d([1, 2, 3, 4, NaN, 6, 7, Infinity], [2, 2, 2]);

  it('gives 0 for padding of any value, and its gradient is 0', () => {
    expect([...zeroPadding(x(), [2, 1]).dataSync()]).toEqual([1, 2, 3, 4, NaN, 6, 0, 0]);
    const weights = tensor3d([1, 2, 3, 4, 5, 6, 7, NaN], [2, 2, 2]);
    const gradient = grad((t: Tensor): Scalar =>
      sum(mul(zeroPadding(t as Tensor3D, [2, 1]), weights)),
    )(toTensor3D(filled([2, 2, 2], 1)));
    expectClose(gradient, [1, 2, 3, 4, 5, 6, 0, 0], { rtol: 0 });
  });

  it('keeps what has no padding, and leaves what it returns', () => {
    const given = x();
    expect([...zeroPadding(given, undefined).dataSync()]).toEqual([...given.dataSync()]);
    for (const lengths of [undefined, [2, 2], [0, 1]]) {
      expectNoLeak(() => zeroPadding(given, lengths));
    }
    expect(() => zeroPadding(given, [3, 1])).toThrow('zeroPadding: lengths');
  });
});
