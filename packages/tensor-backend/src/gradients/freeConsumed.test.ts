import {
  concat,
  customGrad,
  grad,
  grads,
  memory,
  mul,
  reshape,
  square,
  sum,
  tensor1d,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { product } from '../ops/product';
import { freeConsumed } from './freeConsumed';

beforeAll(() => startBackend('cpu'));

/** x², whose gradient frees what it has used; `watch` sees the gradient that came in. */
function squareFrugally(x: Tensor, watch: (dy: Tensor) => void): Tensor {
  return customGrad((...args: unknown[]) => {
    const [input, save] = args as [Tensor, (tensors: Tensor[]) => void];
    save([input]);
    return {
      value: square(input),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const gradient = mul(mul(dy, saved[0] as Tensor), 2);
        watch(dy);
        freeConsumed([dy], saved);
        return [gradient];
      },
    };
  })(x);
}

test('what was saved and what came in are gone, gradients are right', () => {
  let incoming: Tensor | undefined;
  const x = tensor1d([1, -2, 3]);
  const gradient = grad((t: Tensor) =>
    sum(
      mul(
        squareFrugally(t, (dy) => (incoming = dy)),
        5,
      ),
    ),
  )(x);
  expect([...gradient.dataSync()]).toEqual([10, -20, 30]);
  expect(incoming?.isDisposed).toBe(true);
  expect(x.isDisposed).toBe(false);
});

test("a gradient that the caller hands in stays the caller's", () => {
  const x = tensor1d([1, 2]);
  const dy = tensor1d([10, 100]);
  const gradient = grad((t: Tensor) => squareFrugally(t, () => undefined))(x, dy);
  expect([...gradient.dataSync()]).toEqual([20, 400]);
  expect(dy.isDisposed).toBe(false);
});

test('a value used by two ops gets both gradients', () => {
  const x = tensor1d([3]);
  const gradient = grad((t: Tensor) => {
    const y = squareFrugally(t, () => undefined); // 9
    return sum(
      mul(
        squareFrugally(y, () => undefined),
        y,
      ),
    ); // x⁶
  })(x);
  expect(gradient.dataSync()[0]).toBe(6 * 3 ** 5);
});

test('reshape, concat and product give the same gradients and leave nothing behind', () => {
  const [a, b] = [tensor1d([1, 2, 3, 4]), tensor1d([5, 6])];
  const before = memory().numTensors;
  const [da, db] = grads((x: Tensor, y: Tensor) => {
    const both = concat([x, y, y]); // 1 2 3 4 5 6 5 6
    const matrix = reshape(both, [2, 4]);
    return sum(product(matrix as never, reshape(both, [4, 2]) as never));
  })([a, b]) as [Tensor, Tensor];
  // d/dx Σ M·N with M, N views of the same eight numbers: row sums of N + column sums of M
  expect([...da.dataSync()]).toEqual([3 + 6, 7 + 6, 11 + 8, 11 + 8]);
  expect([...db.dataSync()]).toEqual([3 + 8 + 11 + 10, 7 + 8 + 11 + 10]);
  expect(memory().numTensors - before).toBe(2);
});
