import { filled, testBackends, toTensor2D } from '@bnrnn/test-utils';
import { grads, mul, reshape, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { product } from './product';

const [time, batch, inner, columns] = [3, 2, 5, 4];
const rows = time * batch;
const a = filled([rows, inner], 1);
const b = filled([inner, columns], 2);
const slope = filled([rows, columns], 3);

/** Σ over k of left[i, k]·right[k, j] in float64, where the sides are read by `at`. */
function multiplied(
  m: number,
  n: number,
  k: number,
  at: (i: number, j: number, k: number) => number,
): number[] {
  return Array.from({ length: m * n }, (_, place) => {
    let total = 0;
    for (let x = 0; x < k; x++) total += at(Math.floor(place / n), place % n, x);
    return total;
  });
}

function expectNear(actual: Tensor, wanted: readonly number[]): void {
  actual.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
}

describe.each(testBackends())('on %s a product', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each([[[rows, inner]], [[time, batch, inner]]])(
    'of rows in the shape %j and both of its gradients',
    (shape) => {
      const left = reshape(toTensor2D(a), shape);
      const right = toTensor2D(b);
      const weights = reshape(toTensor2D(slope), [...shape.slice(0, -1), columns]);
      const out = product(left, right);
      expect(out.shape).toEqual([...shape.slice(0, -1), columns]);
      const at = (x: number, y: number, width: number) => x * width + y;
      expectNear(
        out,
        multiplied(
          ...([rows, columns, inner] as const),
          (i, j, k) => a.data[at(i, k, inner)]! * b.data[at(k, j, columns)]!,
        ),
      );
      const [dLeft, dRight] = grads((...given: Tensor[]) =>
        sum(mul(product(given[0]!, given[1] as Tensor2D), weights)),
      )([left, right]);
      expect(dLeft!.shape).toEqual(shape);
      expectNear(
        dLeft!,
        multiplied(
          ...([rows, inner, columns] as const),
          (i, j, k) => slope.data[at(i, k, columns)]! * b.data[at(j, k, columns)]!,
        ),
      );
      expectNear(
        dRight!,
        multiplied(
          ...([inner, columns, rows] as const),
          (i, j, k) => a.data[at(k, i, inner)]! * slope.data[at(k, j, columns)]!,
        ),
      );
    },
  );
});
