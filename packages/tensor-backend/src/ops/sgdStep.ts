import { mul, sub, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { assignNew, expectSameLists } from './optimizerLists';

/** See `sgdStep`; called once for each variable, writes in place and gives nothing. */
export const sgdStepOp = defineOp<{ learningRate: number; scale: number }>()({
  name: 'sgdStep',
  inputs: { variable: '...', gradient: '...' },
  optional: {},
  outputs: {},
  constants: ['variable', 'gradient'],
  fallback({ variable, gradient }, { learningRate, scale }) {
    assignNew(variable, () => sub(variable, mul(gradient, learningRate * scale)));
    return {};
  },
});

export interface SgdStepOptions {
  variables: readonly Variable[];
  gradients: readonly Tensor[];
  learningRate: number;
  scale: number;
}

/**
 * One step of gradient descent, in place.
 *
 *   v ← v − learningRate·scale·g
 *
 * @param options.variables  float32 variables of any shapes; changed.
 * @param options.gradients  float32, like the variables; not freed.
 * @param options.scale      factor of every gradient, e.g. from clipping.
 * @throws ShapeError when the lists disagree.
 */
export function sgdStep({ variables, gradients, learningRate, scale }: SgdStepOptions): void {
  expectSameLists('sgdStep', variables, { gradients });
  variables.forEach((variable, i) => {
    const gradient = gradients[i] as Tensor;
    runOp(sgdStepOp, { variable, gradient }, { learningRate, scale });
  });
}
