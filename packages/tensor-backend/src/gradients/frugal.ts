import type { GradConfig } from '@tensorflow/tfjs-core';
import { freeConsumed } from './freeConsumed';

/**
 * The same gradient, computed at once and not when it is asked for, so that what it was computed from can
 * go. For ops that hand numbers on without changing them: they stand between ops that hold a lot.
 */
export function frugal(config: GradConfig): GradConfig {
  const { gradFunc } = config;
  return {
    ...config,
    gradFunc(dy, saved, attributes) {
      const lazy = gradFunc(dy, saved, attributes);
      const gradients = Object.entries(lazy).map(([name, compute]) => [name, compute()] as const);
      freeConsumed(Array.isArray(dy) ? dy : [dy], saved);
      return Object.fromEntries(gradients.map(([name, gradient]) => [name, () => gradient]));
    },
  };
}
