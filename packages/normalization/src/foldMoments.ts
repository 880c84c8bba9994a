import { runningAverage } from '@bnrnn/tensor-backend';
import { reshape, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { NamedTensors } from './normalizer';

/**
 * One update of the running average of the moments.
 *
 *   new[r] = decay·old[r] + (1 − decay)·average over the steps of row r
 *
 * Step t belongs to row min(t, rows − 1): its own where statistics are per step, the last for all
 * steps at or past it, the only one where they are shared over time. The average over steps weighs
 * each by its real rows; a step with too few has no moments and counts for nothing; a row without
 * steps keeps its values. Variances are averaged as they are: training divided each step by
 * its own deviation, and the variance over all steps together would add the spread of their means,
 * which training took out.
 *
 * @param statistics  float32 [rows, ...] each; kept, the caller disposes them.
 * @param moments     float32 [steps, ...] each, under the same names; kept too.
 * @param counts      [steps]: real rows of each step.
 * @param decay       the share of the old value.
 * @param fewest      real rows that a step needs; 2 when absent.
 * @returns           new statistics of the same shape.
 */
export function foldMoments<Statistics extends NamedTensors>(
  statistics: Statistics,
  moments: NamedTensors,
  counts: ArrayLike<number>,
  decay: number,
  fewest = 2,
): Statistics {
  return tidy(() => {
    const weights = Array.from(counts, (count) => (count < fewest ? 0 : count));
    const fold = ([name, old]: [string, Tensor]): [string, Tensor] => {
      const next = runningAverage({
        old: reshape(old, [old.shape[0], -1]),
        values: reshape(moments[name] as Tensor, [weights.length, -1]),
        ...{ weights, decay },
      });
      return [name, reshape(next, old.shape)];
    };
    return Object.fromEntries(Object.entries<Tensor>(statistics).map(fold)) as Statistics;
  });
}
