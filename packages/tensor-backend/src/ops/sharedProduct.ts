import {
  clone,
  concat,
  customGrad,
  matMul,
  scalar,
  transpose,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { freeConsumed } from '../gradients/freeConsumed';

type Save = (tensors: Tensor[]) => void;

/**
 * h·U for many h, one after another, with one product for the gradient of U over the rows of all of them. A product for
 * each h would make a matrix of U's size every time, and add it to the one before.
 *
 * On the tape a number stands for U, and every product reads it. So its gradient, which computes that of U, runs after
 * the gradients of all products. Serves one forward pass.
 *
 * @param weights  U, float32 [inner, columns].
 * @returns what takes h, float32 [rows, inner], to h·U.
 */
export function sharedProduct(weights: Tensor2D): (h: Tensor2D) => Tensor2D {
  const rows: Tensor2D[] = [];
  const gradients: Tensor2D[] = [];
  let transposed: Tensor2D | undefined;

  const token = customGrad(() => ({
    value: scalar(0),
    gradFunc: () => {
      const gradient: Tensor2D = matMul(transpose(concat(rows)), concat(gradients));
      freeConsumed(gradients, [...rows, transposed]);
      return [gradient];
    },
  }))(weights);

  // What a gradient function makes lives to the end of the backward pass, also where nobody asks for U's gradient.
  const multiply = customGrad((...args: (Tensor | Save)[]) => {
    const [h, , save] = args as [Tensor2D, Scalar, Save];
    save([h, weights]);
    return {
      value: matMul(h, weights),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [left, right] = saved as [Tensor2D, Tensor2D];
        transposed ??= transpose(right);
        rows.push(left);
        gradients.push(clone(dy as Tensor2D));
        return [matMul(dy as Tensor2D, transposed), scalar(0)];
      },
    };
  }) as (h: Tensor2D, token: Scalar) => Tensor2D;

  return (h) => multiply(h, token);
}
