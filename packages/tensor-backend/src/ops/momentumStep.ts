import { add, mul, sub, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { assignNew, expectSameLists, withClip } from './optimizerLists';

/** See `momentumStep`; called once for each variable, writes in place and gives nothing. */
export const momentumStepOp = defineOp<{
  learningRate: number;
  momentum: number;
  scale: number;
}>()({
  name: 'momentumStep',
  inputs: { variable: '...', gradient: '...', velocity: '...', clip: '...' },
  optional: {},
  outputs: {},
  constants: ['variable', 'gradient', 'velocity', 'clip'],
  fallback({ variable, gradient, velocity, clip }, { learningRate, momentum, scale }) {
    const rate = mul(clip, learningRate * scale);
    assignNew(velocity, clip, () => sub(mul(velocity, momentum), mul(gradient, rate)));
    assignNew(variable, clip, () => add(variable, velocity));
    return {};
  },
});

export interface MomentumStepOptions {
  variables: readonly Variable[];
  gradients: readonly Tensor[];
  velocities: readonly Variable[];
  learningRate: number;
  momentum: number;
  scale?: number | undefined;
  clip?: Scalar | undefined;
}

/**
 * One step of gradient descent with momentum, in place.
 *
 *   u ← momentum·u − learningRate·scale·clip·g     v ← v + u
 *
 * @param options.variables   float32 variables of any shapes; changed.
 * @param options.gradients   float32, like the variables; not freed.
 * @param options.velocities  float32 variables u, like the variables; changed.
 * @param options.scale       factor of every gradient that is known beforehand, e.g. 1 / batch; 1 when absent.
 * @param options.clip       float32 scalar, factor of every gradient that the device computed, see `clipFactor`; 1
 *   when absent. Where it is 0, nothing changes.
 * @throws ShapeError when the lists disagree.
 * @see Polyak 1964; Sutskever et al. 2013 for this form.
 */
export function momentumStep(options: MomentumStepOptions): void {
  const { variables, gradients, velocities, learningRate, momentum, scale = 1 } = options;
  expectSameLists('momentumStep', variables, { gradients, velocities });
  withClip(options.clip, (clip) =>
    variables.forEach((variable, i) => {
      const gradient = gradients[i] as Tensor;
      const velocity = velocities[i] as Variable;
      const attributes = { learningRate, momentum, scale };
      runOp(momentumStepOp, { variable, gradient, velocity, clip }, attributes);
    }),
  );
}
