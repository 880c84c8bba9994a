import { mul, sub, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { assignNew, expectSameLists, withClip } from './optimizerLists';

/** See `sgdStep`; called once for each variable, writes in place and gives nothing. */
export const sgdStepOp = defineOp<{ learningRate: number; scale: number }>()({
  name: 'sgdStep',
  inputs: { variable: '...', gradient: '...', clip: '...' },
  optional: {},
  outputs: {},
  constants: ['variable', 'gradient', 'clip'],
  fallback({ variable, gradient, clip }, { learningRate, scale }) {
    const rate = mul(clip, learningRate * scale);
    assignNew(variable, clip, () => sub(variable, mul(gradient, rate)));
    return {};
  },
});

export interface SgdStepOptions {
  variables: readonly Variable[];
  gradients: readonly Tensor[];
  learningRate: number;
  scale?: number | undefined;
  clip?: Scalar | undefined;
}

/**
 * One step of gradient descent, in place.
 *
 *   v ← v − learningRate·scale·clip·g
 *
 * @param options.variables  float32 variables of any shapes; changed.
 * @param options.gradients  float32, like the variables; not freed.
 * @param options.scale      factor of every gradient that is known beforehand, e.g. 1 / batch; 1 when absent.
 * @param options.clip      float32 scalar, factor of every gradient that the device computed, see `clipFactor`; 1
 *   when absent. Where it is 0, nothing changes.
 * @throws ShapeError when the lists disagree.
 */
export function sgdStep(options: SgdStepOptions): void {
  const { variables, gradients, learningRate, scale = 1 } = options;
  expectSameLists('sgdStep', variables, { gradients });
  withClip(options.clip, (clip) =>
    variables.forEach((variable, i) => {
      const gradient = gradients[i] as Tensor;
      runOp(sgdStepOp, { variable, gradient, clip }, { learningRate, scale });
    }),
  );
}
