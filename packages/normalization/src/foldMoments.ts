import {
  add,
  concat,
  matMul,
  mul,
  reshape,
  slice,
  sub,
  tensor2d,
  tidy,
  where,
  zerosLike,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
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
    const measured = weights.every((weight) => weight > 0);
    const fold = ([name, old]: [string, Tensor]): [string, Tensor] => {
      const values: Tensor2D = reshape(moments[name] as Tensor, [weights.length, -1]);
      const rows: Tensor2D = reshape(old, [old.shape[0], -1]);
      const real = measured ? values : clearRows(values, weights);
      return [name, reshape(foldRows(rows, real, weights, decay), old.shape)];
    };
    return Object.fromEntries(Object.entries<Tensor>(statistics).map(fold)) as Statistics;
  });
}

/** Zeros in the rows of weight 0, whatever they hold. */
function clearRows(values: Tensor2D, weights: readonly number[]): Tensor2D {
  const real = tensor2d(
    weights.map((weight) => weight > 0),
    [weights.length, 1],
    'bool',
  );
  return where(real, values, zerosLike(values));
}

function foldRows(
  old: Tensor2D,
  values: Tensor2D,
  weights: readonly number[],
  decay: number,
): Tensor2D {
  const [rows] = old.shape;
  const steps = weights.length;
  if (steps > rows) {
    const own = rows - 1;
    const rest = weights.slice(own);
    const pooled = average(own === 0 ? values : slice(values, [own, 0]), rest);
    const total = rest.reduce((sum, weight) => sum + weight, 0);
    return foldRows(
      old,
      own === 0 ? pooled : concat([slice(values, [0, 0], [own, -1]), pooled]),
      [...weights.slice(0, own), total],
      decay,
    );
  }
  const head = steps === rows ? old : slice(old, [0, 0], [steps, -1]);
  const change = mul(sub(values, head), shares(weights, decay));
  const next: Tensor2D = add(head, change);
  return steps === rows ? next : concat([next, slice(old, [steps, 0])]);
}

/** 1 − decay for a row that was measured, else 0, which keeps a row's bits; one number where all are alike. */
function shares(weights: readonly number[], decay: number): number | Tensor2D {
  const each = weights.map((weight) => (weight > 0 ? 1 - decay : 0));
  return each.includes(0) ? tensor2d(each, [each.length, 1]) : 1 - decay;
}

/** The average over steps, each weighed by its real rows: [1, features]; 0 where none is real. */
function average(values: Tensor2D, weights: readonly number[]): Tensor2D {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = weights.map((weight) => weight / Math.max(total, 1));
  return matMul(tensor2d(parts, [1, parts.length]), values);
}
