import { expectClose } from '@bnrnn/test-utils';
import { grad, mul, split, sum, tensor2d, unstack, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from '../backends/startBackend';

const point = () => tensor2d([[2, 3, 5]]);
const weights = () => tensor2d([[7, 11, 13]]);

beforeAll(async () => {
  await startBackend('cpu');
});

test('unstack into one tensor has a gradient', () => {
  const loss = (t: Tensor) => sum(mul(unstack(t)[0]!, weights()));
  expectClose(grad(loss)(point()), weights());
});

test('split into one part has a gradient', () => {
  const loss = (t: Tensor) => sum(mul(split(t, 1, 1)[0]!, weights()));
  expectClose(grad(loss)(point()), weights());
});

test('several outputs keep their order', () => {
  const loss = (t: Tensor) => {
    const [a, b, c] = unstack(t, 1) as [Tensor, Tensor, Tensor];
    expect(a.dataSync()[0]).toBe(2);
    return sum(mul(a, mul(b, mul(c, c))));
  };
  // a·b·c²: by a 3·25, by b 2·25, by c 2·2·3·5.
  expectClose(grad(loss)(point()), tensor2d([[75, 50, 60]]));
});
