import {
  add,
  cast,
  concat,
  div,
  expandDims,
  greaterEqual,
  maximum,
  mul,
  slice,
  sub,
  sum,
  tidy,
  where,
  zerosLike,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { Moments, Statistics } from './normalizer';

/**
 * One update of the running average of the moments.
 *
 *   new[r] = decay·old[r] + (1 − decay)·average over the steps of row r
 *
 * Step t belongs to row min(t, rows − 1): its own where statistics are per step, the last for all
 * steps at or past it, the only one where they are shared over time. The average over steps weighs
 * each by its real rows; a step with fewer than 2 has no moments and counts for nothing; a row
 * without steps keeps its values. Variances are averaged as they are: training divided each step by
 * its own deviation, and the variance over all steps together would add the spread of their means,
 * which training took out.
 *
 * @param statistics  float32 [rows, features] each; kept, the caller disposes them.
 * @param moments     float32 [steps, features] each and rows [steps]; kept too.
 * @param decay       the share of the old value.
 * @returns           new statistics of the same shape.
 */
export function foldMoments(statistics: Statistics, moments: Moments, decay: number): Statistics {
  return tidy(() => {
    const real = greaterEqual(moments.rows, 2);
    const weights: Tensor1D = mul(moments.rows, cast(real, 'float32'));
    const fold = (old: Tensor2D, values: Tensor2D): Tensor2D =>
      foldRows(old, where(expandDims(real, 1), values, zerosLike(values)), weights, decay);
    return {
      mean: fold(statistics.mean, moments.mean),
      variance: fold(statistics.variance, moments.variance),
    };
  });
}

function foldRows(old: Tensor2D, values: Tensor2D, weights: Tensor1D, decay: number): Tensor2D {
  const [rows] = old.shape;
  const [steps] = values.shape;
  if (steps > rows) {
    const own = rows - 1;
    const pooled = pool(slice(values, [own, 0]), slice(weights, [own]));
    const folded = foldRows(
      old,
      concat([slice(values, [0, 0], [own, -1]), pooled.values]),
      concat([slice(weights, [0], [own]), pooled.weight]),
      decay,
    );
    return folded;
  }
  const share = mul(cast(greaterEqual(weights, 1), 'float32'), 1 - decay); // 0 keeps a row's bits
  const head: Tensor2D = slice(old, [0, 0], [steps, -1]);
  const next = add(head, mul(expandDims(share, 1), sub(values, head)));
  return steps === rows ? (next as Tensor2D) : concat([next as Tensor2D, slice(old, [steps, 0])]);
}

/** The average over steps, each weighed by its real rows: values [1, features], weight [1]. */
function pool(values: Tensor2D, weights: Tensor1D): { values: Tensor2D; weight: Tensor1D } {
  const weight: Tensor = sum(weights, 0, true);
  const total = sum(mul(values, expandDims(weights, 1)), 0, true);
  return { values: div(total, maximum(weight, 1)), weight: weight as Tensor1D };
}
