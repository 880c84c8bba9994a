import { add, mul, sub, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { assignNew, expectSameLists } from './optimizerLists';

/** See `momentumStep`; called once for each variable, writes in place and gives nothing. */
export const momentumStepOp = defineOp<{
  learningRate: number;
  momentum: number;
  scale: number;
}>()({
  name: 'momentumStep',
  inputs: { variable: '...', gradient: '...', velocity: '...' },
  optional: {},
  outputs: {},
  constants: ['variable', 'gradient', 'velocity'],
  fallback({ variable, gradient, velocity }, { learningRate, momentum, scale }) {
    assignNew(velocity, () => sub(mul(velocity, momentum), mul(gradient, learningRate * scale)));
    assignNew(variable, () => add(variable, velocity));
    return {};
  },
});

export interface MomentumStepOptions {
  variables: readonly Variable[];
  gradients: readonly Tensor[];
  velocities: readonly Variable[];
  learningRate: number;
  momentum: number;
  scale: number;
}

/**
 * One step of gradient descent with momentum, in place.
 *
 *   u ← momentum·u − learningRate·scale·g     v ← v + u
 *
 * @param options.variables   float32 variables of any shapes; changed.
 * @param options.gradients   float32, like the variables; not freed.
 * @param options.velocities  float32 variables u, like the variables; changed.
 * @param options.scale       factor of every gradient, e.g. from clipping.
 * @throws ShapeError when the lists disagree.
 * @see Polyak 1964; Sutskever et al. 2013 for this form.
 */
export function momentumStep(options: MomentumStepOptions): void {
  const { variables, gradients, velocities, learningRate, momentum, scale } = options;
  expectSameLists('momentumStep', variables, { gradients, velocities });
  variables.forEach((variable, i) => {
    const gradient = gradients[i] as Tensor;
    const velocity = velocities[i] as Variable;
    const attributes = { learningRate, momentum, scale };
    runOp(momentumStepOp, { variable, gradient, velocity }, attributes);
  });
}
