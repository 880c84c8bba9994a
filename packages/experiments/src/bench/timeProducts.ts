import { dispose, fill, matMul, slice, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import type { StepProduct } from './productList';

/**
 * Times each product of a step through the active backend with warm buffers.
 *
 * @param repeats  how often each is timed.
 * @param now      milliseconds.
 * @returns        milliseconds of one product each, the best of its repeats.
 */
export function timeProducts(
  products: readonly StepProduct[],
  repeats: number,
  now: () => number,
): number[] {
  return products.map((product) => bestTime(product, repeats, now));
}

function bestTime(product: StepProduct, repeats: number, now: () => number): number {
  const { m, n, k, transposeA, transposeB } = product;
  return tidy(() => {
    const a: Tensor2D = fill(transposeA ? [k, m] : [m, k], 0.5);
    const b: Tensor2D = fill(transposeB ? [n, k] : [k, n], 0.25);
    const run = (): number => {
      const start = now();
      const out = matMul(a, b, transposeA, transposeB);
      // A backend may compute later: reading one number makes it finish.
      const corner = slice(out, [0, 0], [1, 1]);
      corner.dataSync();
      const elapsed = now() - start;
      dispose([out, corner]);
      return elapsed;
    };
    run();
    return Math.min(...Array.from({ length: repeats }, run));
  });
}
