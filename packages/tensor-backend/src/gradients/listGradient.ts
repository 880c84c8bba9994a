import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';

/**
 * A gradient of an op with a list of outputs that also serves a list of one: tfjs hands the gradient of a
 * single output over bare, and its own gradient functions of `unstack` and `split` then throw.
 */
export function listGradient(config: GradConfig): GradConfig {
  return {
    ...config,
    gradFunc: (dy: Tensor | Tensor[], saved, attributes) =>
      config.gradFunc(Array.isArray(dy) ? dy : [dy], saved, attributes),
  };
}
