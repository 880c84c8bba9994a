import { customGrad, type Tensor } from '@tensorflow/tfjs-core';

/** What a computation with its own gradient gives. */
export interface CustomResult<Out extends Tensor> {
  value: Out;
  /** Gradients of all inputs, in their order, from the gradient of the value and what was saved. */
  gradient(dy: Out, saved: Tensor[]): Tensor[];
}

/** Runs a computation off the tape, with a gradient of its own. */
export function customOp<Out extends Tensor>(
  inputs: readonly Tensor[],
  compute: (save: (tensors: Tensor[]) => void) => CustomResult<Out>,
): Out {
  const run = customGrad((...args: unknown[]) => {
    const { value, gradient } = compute(args.at(-1) as (tensors: Tensor[]) => void);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => gradient(dy as Out, saved) };
  });
  return run(...inputs) as Out;
}

/** Runs a computation whose result is a constant for every gradient. */
export function offTape<Out extends Tensor>(compute: () => Out): Out {
  return customOp([], () => ({ value: compute(), gradient: () => [] }));
}
