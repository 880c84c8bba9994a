import { customGrad, tidy, type Tensor } from '@tensorflow/tfjs-core';

/** What a computation with its own gradient gives. */
export interface CustomResult<Out extends Tensor> {
  value: Out;
  /**
   * Gradients of all inputs, in their order, from the gradient of the value and what was saved:
   * new tensors, never saved ones.
   */
  gradient: (dy: Out, saved: Tensor[]) => Tensor[];
}

/**
 * Runs a computation off the tape, with a gradient of its own.
 *
 * What is saved goes as soon as the gradient is computed, and so does all that computing it made;
 * tfjs would keep both to the end of the backward pass.
 */
export function customOp<Out extends Tensor>(
  inputs: readonly Tensor[],
  compute: (save: (tensors: Tensor[]) => void) => CustomResult<Out>,
): Out {
  const run = customGrad((...args: unknown[]) => {
    const { value, gradient } = compute(args.at(-1) as (tensors: Tensor[]) => void);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const gradients = tidy(() => gradient(dy as Out, [...saved]));
      for (const tensor of saved) tensor.dispose();
      return gradients;
    };
    return { value, gradFunc };
  });
  return run(...inputs);
}

/** Runs a computation whose result is a constant for every gradient. */
export function offTape<Out extends Tensor>(compute: () => Out): Out {
  return customOp([], () => ({ value: compute(), gradient: () => [] }));
}
