import { clone, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Normalizer, Statistics } from './normalizer';

/** Statistics of a strategy that has none: zero rows. */
export function noStatistics(features: number): Statistics {
  return tidy(() => ({
    mean: tensor2d([], [0, features], 'float32'),
    variance: tensor2d([], [0, features], 'float32'),
  }));
}

/** What `fold` of a strategy without statistics gives: the same zero rows, as new tensors. */
export function foldNothing(statistics: Statistics): Statistics {
  return tidy(() => ({ mean: clone(statistics.mean), variance: clone(statistics.variance) }));
}

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
    parameters: () => ({}),
    statistics: noStatistics,
    apply: (x) => ({ y: clone(x) }),
    applyStep: (x) => ({ y: clone(x) }),
    fold: foldNothing,
  };
}
