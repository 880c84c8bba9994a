import { expectClose, expectNoLeak, filled, testBackends, toTensor2D } from '@bnrnn/test-utils';
import {
  add,
  dispose,
  grads,
  matMul,
  mul,
  sum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../backends/startBackend';
import { fastTanh } from './fastTanh';
import { sharedProduct } from './sharedProduct';

describe.each(testBackends())('on %s', (backend) => {
  beforeAll(() => startBackend(backend));

  /** A recurrence of three products, each weighted differently. */
  const recurrence = (
    times: (h: Tensor2D) => Tensor2D,
    start: Tensor2D,
    scale: Tensor2D,
  ): Tensor => {
    let h = start;
    let total: Tensor2D = mul(h, 0);
    for (let step = 0; step < 3; step++) {
      h = fastTanh(times(h));
      total = add(total, mul(h, mul(scale, step + 1)));
    }
    return sum(total);
  };
  const arrays = () =>
    [
      toTensor2D(filled([4, 5], 1)),
      toTensor2D(filled([5, 5], 2)),
      toTensor2D(filled([4, 5], 3)),
    ] as const;

  it('has the gradients of as many products, of U, of h and of what is beside them', () => {
    const [start, weights, scale] = arrays();
    const shared = grads((h, u, s) =>
      recurrence(sharedProduct(u as Tensor2D), h as Tensor2D, s as Tensor2D),
    )([start, weights, scale]);
    const single = grads((h, u, s) =>
      recurrence((x) => matMul(x, u as Tensor2D), h as Tensor2D, s as Tensor2D),
    )([start, weights, scale]);
    // Loose enough for products of two bfloat16 numbers, whose sums go another way.
    shared.forEach((gradient, k) => expectClose(gradient, single[k] as Tensor, { rtol: 1e-4 }));
    dispose([...shared, ...single, start, weights, scale]);
  });

  it.each([
    ['U alone', [1]],
    ['h alone', [0]],
    ['neither', [2]],
  ] as const)('leaves nothing behind where the gradient is by %s', (_, by) => {
    const all = arrays();
    expectNoLeak(() =>
      grads((...moved: Tensor[]) => {
        const [h, u, s] = all.map(
          (tensor, k) => moved[(by as readonly number[]).indexOf(k)] ?? tensor,
        );
        return recurrence(sharedProduct(u as Tensor2D), h as Tensor2D, s as Tensor2D);
      })(by.map((k) => all[k] as Tensor)),
    );
    dispose([...all]);
  });

  it('has a tanh of the right value and slope', () => {
    const x = toTensor2D(filled([3, 7], 4, -4, 4));
    const y = fastTanh(x);
    const [slope] = grads((z: Tensor) => sum(fastTanh(z)))([x]) as [Tensor];
    const values = Array.from(x.dataSync());
    values.forEach((value, k) => {
      expect(Math.abs((y.dataSync()[k] as number) - Math.tanh(value))).toBeLessThan(1e-6);
      const wanted = 1 - Math.tanh(value) ** 2;
      expect(Math.abs((slope.dataSync()[k] as number) - wanted)).toBeLessThan(1e-6);
    });
    dispose([x, y, slope]);
  });
});
