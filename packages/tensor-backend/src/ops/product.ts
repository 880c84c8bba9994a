import { expectShape } from '@bnrnn/core';
import {
  customGrad,
  getBackend,
  matMul,
  transpose,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { freeConsumed } from '../gradients/freeConsumed';
import { registerGradients } from '../gradients/registerGradients';

type Save = (tensors: Tensor[]) => void;

/**
 * Multiplies two matrices.
 *
 *   out[i, j] = Σ_k a[i, k]·b[k, j]
 *
 * @param a  float32 [rows, inner].
 * @param b  float32 [inner, columns].
 * @returns  float32 [rows, columns].
 * @throws ShapeError when the inner sizes disagree.
 */
export function product(a: Tensor2D, b: Tensor2D): Tensor2D {
  expectShape('product', 'a', a, { rows: null, inner: null });
  expectShape('product', 'b', b, { inner: a.shape[1], columns: null });
  registerGradients();
  return multiply(a, b);
}

const multiply = customGrad((...args: (Tensor | Save)[]) => {
  const [a, b, save] = args as [Tensor2D, Tensor2D, Save];
  save([a, b]);
  return {
    value: matMul(a, b),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [left, right] = saved as [Tensor2D, Tensor2D];
      // tfjs's wasm backend runs a product with a transposed argument ten times slower.
      const gradients =
        getBackend() === 'wasm'
          ? [matMul(dy, transpose(right)), matMul(transpose(left), dy)]
          : [matMul(dy, right, false, true), matMul(left, dy, true, false)];
      freeConsumed([dy], saved);
      return gradients;
    },
  };
}) as (a: Tensor2D, b: Tensor2D) => Tensor2D;
