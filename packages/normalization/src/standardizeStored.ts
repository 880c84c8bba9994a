import {
  add,
  div,
  expandDims,
  mul,
  sqrt,
  sub,
  tidy,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import type { Statistics } from './normalizer';
import type { EpsilonRule } from './normalizerSpec';
import { zeroPadding } from './padding';
import type { CheckedWeights } from './weights';

/**
 * Standardizes with given statistics in place of the mini-batch's own.
 *
 *   y[t,b,f] = gain[f]·(x − mean[t,f]) / scale(variance[t,f]) + shift[f]      (0 where padded)
 *   scale(v) = sqrt(v + ε), or sqrt(v + ε) + ε by the rule `double`
 *
 * @param x     float32 [time, batch, features]; not modified.
 * @param rows  float32 [time, features] each, or [1, features] for every step.
 * @param mask  float32 [time, batch].
 */
export function standardizeStored(
  x: Tensor3D,
  weights: CheckedWeights,
  rows: Statistics,
  rule: { readonly epsilon: number; readonly epsilonRule: EpsilonRule },
  mask?: Tensor2D,
): Tensor3D {
  return tidy(() => {
    const root = sqrt(add(rows.variance, rule.epsilon));
    const scale = rule.epsilonRule === 'double' ? add(root, rule.epsilon) : root;
    const factor = expandDims(div(weights.gain, scale), 1); // [time or 1, 1, features]
    const real = mask === undefined ? x : zeroPadding(x, mask);
    const scaled = mul(sub(real, expandDims(rows.mean, 1)), factor);
    const y = weights.shift === undefined ? scaled : add(scaled, weights.shift);
    return (mask === undefined ? y : mul(y, expandDims(mask, 2))) as Tensor3D;
  });
}
