import { dispose, fill, matMul, slice, type Tensor2D } from '@tensorflow/tfjs-core';
import type { StepProduct } from './productList';

/**
 * Times each product of a step through the active backend with warm buffers.
 *
 * @param repeats  how often each is timed.
 * @param now      milliseconds.
 * @returns        milliseconds of one product each, the best of its repeats.
 */
export async function timeProducts(
  products: readonly StepProduct[],
  repeats: number,
  now: () => number,
): Promise<number[]> {
  const times: number[] = [];
  for (const product of products) times.push(await bestTime(product, repeats, now));
  return times;
}

async function bestTime(product: StepProduct, repeats: number, now: () => number): Promise<number> {
  const { m, n, k, transposeA, transposeB } = product;
  const a: Tensor2D = fill(transposeA ? [k, m] : [m, k], 0.5);
  const b: Tensor2D = fill(transposeB ? [n, k] : [k, n], 0.25);
  try {
    let best = Infinity;
    // The first one warms up.
    for (let turn = 0; turn <= repeats; turn++) {
      const start = now();
      const out = matMul(a, b, transposeA, transposeB);
      // A backend may compute later: reading one number makes it finish. WebGPU reads asynchronously alone.
      const corner = slice(out, [0, 0], [1, 1]);
      await corner.data();
      const elapsed = now() - start;
      dispose([out, corner]);
      if (turn > 0) best = Math.min(best, elapsed);
    }
    return best;
  } finally {
    dispose([a, b]);
  }
}
