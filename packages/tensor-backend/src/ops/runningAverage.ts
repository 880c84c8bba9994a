import { expectShape } from '@bnrnn/core';
import {
  add,
  concat,
  matMul,
  mul,
  slice,
  sub,
  tensor2d,
  where,
  zerosLike,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';

/** See `runningAverage`. */
export const runningAverageOp = defineOp<{ weights: readonly number[]; decay: number }>()({
  name: 'runningAverage',
  inputs: { old: 'rows features', values: 'steps features' },
  optional: {},
  outputs: { next: 'rows features' },
  constants: ['old', 'values'],
  fallback({ old, values }, { weights, decay }) {
    const isMeasured = weights.every((weight) => weight > 0);
    const real = isMeasured ? values : clearRows(values, weights);
    return { next: averageRows(old, real, weights, decay) };
  },
});

export interface RunningAverageOptions {
  old: Tensor2D;
  values: Tensor2D;
  weights: readonly number[];
  decay: number;
}

/**
 * One update of a running average whose last row stands for all steps at or past it.
 *
 *   next[r] = old[r] + (1 − decay)·(average over the steps of row r − old[r])
 *
 * Step t belongs to row min(t, rows − 1). The average weighs each step by its weight. A row whose steps weigh nothing
 * keeps its bits.
 *
 * @param options.old      float32 [rows, features]; kept.
 * @param options.values   float32 [steps, features]; kept. A step of weight 0 may hold anything, NaN too.
 * @param options.weights  [steps], 0 or more.
 * @param options.decay    the share of the old value.
 * @returns float32 [rows, features]; not differentiable.
 * @throws ShapeError when sizes disagree.
 */
export function runningAverage({ old, values, weights, decay }: RunningAverageOptions): Tensor2D {
  expectShape('runningAverage', 'values', values, {
    steps: weights.length,
    features: old.shape[1],
  });
  return runOp(runningAverageOp, { old, values }, { weights, decay }).next;
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

function averageRows(
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
    return averageRows(
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

/** The average over steps, each weighed by its share: [1, features]; 0 where none weighs anything. */
function average(values: Tensor2D, weights: readonly number[]): Tensor2D {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = weights.map((weight) => (total === 0 ? 0 : weight / total));
  return matMul(tensor2d(parts, [1, parts.length]), values);
}
