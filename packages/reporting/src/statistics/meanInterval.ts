import { deviationOf, meanOf } from './moments';
import { studentQuantile } from './studentT';

/** The lower and the upper end of a confidence interval. */
export type Interval = readonly [low: number, high: number];

/**
 * Student's confidence interval of a mean: mean ± t·s/√n with n − 1 degrees of freedom.
 *
 * It covers what it says for normal values at every n; docs/claims.md has what it covers otherwise.
 *
 * @param values  at least two.
 */
export function meanInterval(values: readonly number[], level = 0.95): Interval {
  const mean = meanOf(values);
  const t = studentQuantile((1 + level) / 2, values.length - 1);
  const half = (t * deviationOf(values)) / Math.sqrt(values.length);
  return [mean - half, mean + half];
}
