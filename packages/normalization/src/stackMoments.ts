import { concat, tidy } from '@tensorflow/tfjs-core';
import type { Moments } from './normalizer';

/**
 * Moments of single time steps, as `applyStep` gives them, put together in time order.
 *
 * @param steps  one or more; kept, the caller disposes them.
 * @returns      mean and variance [steps, features], and rows of [steps]; new tensors.
 */
export function stackMoments(steps: readonly Moments[]): Moments {
  return tidy(() => ({
    mean: concat(steps.map(({ mean }) => mean)),
    variance: concat(steps.map(({ variance }) => variance)),
    rows: Int32Array.from(steps.flatMap(({ rows }) => [...rows])),
  }));
}
