import { clone } from '@tensorflow/tfjs-core';
import type { Normalizer } from './normalizer';
import type { BuiltInStrategy } from './normalizerStrategy';

/**
 * No normalization, so that baseline and treatment are one code path.
 *
 *   y = x
 *
 * y is a clone of x, bit for bit and padding included; there are no parameters (the placement's
 * bias stays) and no statistics.
 */
export function none(): Normalizer {
  return {
    spec: { kind: 'none' },
    needs: 'row',
    init: () => ({ parameters: {}, statistics: {} }),
    apply: (x) => ({ y: clone(x) }),
  };
}

export const noneStrategy = {
  kind: 'none',
  settings: {},
  parameterShapes: () => ({}),
  create: none,
} as const satisfies BuiltInStrategy;
