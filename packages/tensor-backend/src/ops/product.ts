import { expectShape } from '@bnrnn/core';
import {
  customGrad,
  getBackend,
  matMul,
  reshape,
  transpose,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { hasKernel, runOp } from '../dispatch/runOp';
import { freeConsumed } from '../gradients/freeConsumed';
import { registerGradients } from '../gradients/registerGradients';

type Save = (tensors: Tensor[]) => void;

/** See `product`. A backend without a kernel for it computes it through tfjs's own product. */
export const productOp = defineOp<object>()({
  name: 'product',
  inputs: { a: '... inner', b: 'inner columns' },
  optional: {},
  outputs: { out: '... columns' },
  constants: [],
  fallback: ({ a, b }) => ({ out: multiply(a, b) }),
});

/**
 * Multiplies rows by a matrix.
 *
 *   out[..., j] = Σ_k a[..., k]·b[k, j]
 *
 * @param a  float32 [..., inner].
 * @param b  float32 [inner, columns].
 * @returns  float32 [..., columns].
 * @throws ShapeError when the inner sizes disagree.
 */
export function product<Rows extends Tensor>(a: Rows, b: Tensor2D): Rows {
  expectShape('product', 'a', a.shape.slice(-1), { inner: null });
  expectShape('product', 'b', b, { inner: a.shape.at(-1) ?? null, columns: null });
  registerGradients();
  return (hasKernel(productOp) ? runOp(productOp, { a, b }, {}).out : multiply(a, b)) as Rows;
}

const multiply = customGrad((...args: (Tensor | Save)[]) => {
  const [a, b, save] = args as [Tensor, Tensor2D, Save];
  save([a, b]);
  return {
    value: withLastAxis(matMul(asMatrix(a), b), a.shape),
    gradFunc: (dOut: Tensor, saved: Tensor[]) => {
      const [left, right] = saved as [Tensor, Tensor2D];
      const [rows, dy] = [asMatrix(left), asMatrix(dOut)];
      // tfjs's wasm backend runs a product with a transposed argument ten times slower.
      const [dRows, dRight]: readonly [Tensor2D, Tensor2D] =
        getBackend() === 'wasm'
          ? [matMul(dy, transpose(right)), matMul(transpose(rows), dy)]
          : [matMul(dy, right, false, true), matMul(rows, dy, true, false)];
      const gradients = [withLastAxis(dRows, left.shape), dRight];
      freeConsumed([dOut], saved);
      return gradients;
    },
  };
}) as (a: Tensor, b: Tensor2D) => Tensor;

/** Its rows one below the other. */
function asMatrix(tensor: Tensor): Tensor2D {
  const { shape, size } = tensor;
  const width = shape.at(-1) ?? 1;
  return shape.length === 2 ? (tensor as Tensor2D) : reshape(tensor, [size / width, width]);
}

/** The rows of a matrix in the places of a tensor whose last axis may differ. */
function withLastAxis(matrix: Tensor2D, like: readonly number[]): Tensor {
  return like.length === 2 ? matrix : reshape(matrix, [...like.slice(0, -1), matrix.shape[1]]);
}
