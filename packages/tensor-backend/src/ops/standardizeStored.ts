import {
  expectNumber,
  expectShape,
  paddedLengths,
  type GivenLengths,
  type Lengths,
} from '@bnrnn/core';
import {
  add,
  div,
  expandDims,
  mul,
  reshape,
  sqrt,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';
import { paddingOf } from './padding';

/** See `standardizeStored`. */
export const standardizeStoredOp = defineOp<{
  epsilon: number;
  epsilonRule: 'variance' | 'double';
  lengths: Lengths | undefined;
}>()({
  name: 'standardizeStored',
  inputs: {
    x: 'time batch features',
    gain: 'features',
    mean: 'rows features',
    variance: 'rows features',
  },
  optional: { shift: 'features' },
  outputs: { y: 'time batch features' },
  constants: ['mean', 'variance'],
  fallback({ x, gain, mean, variance, shift }, { epsilon, epsilonRule, lengths }) {
    const features = gain.shape[0];
    const spread = (t: Tensor): Tensor3D => expandDims(t, 1);
    const slope = (factor: Tensor1D | number, v: Tensor2D): Tensor3D => {
      const s = sqrt(add(v, epsilon));
      return spread(div(factor, epsilonRule === 'double' ? add(s, epsilon) : s));
    };
    const overRows = (t: Tensor): Tensor1D => sum(reshape(t, [-1, features]), 0);
    const y = customOp<Tensor3D>(shift ? [x, gain, shift] : [x, gain], (save) => {
      const padding = lengths && paddingOf(lengths);
      const real = padding ? padding.zero(x) : x;
      const scaled: Tensor3D = mul(sub(real, spread(mean)), slope(gain, variance));
      const value = shift ? add<Tensor3D>(scaled, shift) : scaled;
      save([x, gain, mean, variance]);
      return {
        value: padding ? padding.silence(value) : value,
        gradient: (dy, saved) => {
          const [xs, gains, m, v] = saved as [Tensor3D, Tensor1D, Tensor2D, Tensor2D];
          const padding = lengths && paddingOf(lengths);
          const g = padding ? padding.zero(dy) : dy;
          const clean = padding ? padding.zero(xs) : xs;
          const standard = mul(sub(clean, spread(m)), slope(1, v));
          const gradients = [mul(g, slope(gains, v)), overRows(mul(g, standard))];
          return shift ? [...gradients, overRows(g)] : gradients;
        },
      };
    });
    return { y };
  },
});

export interface StandardizeStoredOptions {
  x: Tensor3D;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
  lengths?: GivenLengths | undefined;
  mean: Tensor2D;
  variance: Tensor2D;
  epsilon: number;
  epsilonRule: 'variance' | 'double';
}

/**
 * Standardizes each feature with given statistics, where `batchNormalize` takes the mini-batch's own.
 *
 *   y[t,b,f] = gain[f]·(x[t,b,f] − mean[t,f]) / s[t,f] + shift[f]
 *   s = sqrt(variance + epsilon)            rule `variance`
 *   s = sqrt(variance + epsilon) + epsilon  rule `double`
 *
 * What padded rows hold, even not a number, changes nothing.
 *
 * @param options.x         float32 [time, batch, features].
 * @param options.gain      float32 [features].
 * @param options.shift     float32 [features]; 0 when absent.
 * @param options.lengths   real steps of each row; all when absent.
 * @param options.mean      float32 [time, features], or [1, features] for every step; a constant for
 *   the gradient.
 * @param options.variance  the same.
 * @returns float32 like x, 0 where padded.
 * @throws ShapeError when sizes disagree; UsageError for a length outside 0 to time.
 * @see Ioffe, Szegedy 2015, algorithm 2; docs/deviations.md for the two rules.
 */
export function standardizeStored(options: StandardizeStoredOptions): Tensor3D {
  const { x, gain, shift, mean, variance, epsilon, epsilonRule } = options;
  expectShape('standardizeStored', 'x', x, { time: null, batch: null, features: null });
  const [time, batch] = x.shape;
  if (mean.shape[0] !== 1) expectShape('standardizeStored', 'mean', mean, { time, features: null });
  expectNumber('standardizeStored: epsilon', epsilon, { min: 0 });
  const lengths = paddedLengths('standardizeStored', options.lengths, { time, batch });
  const inputs = { x, gain, mean, variance, shift };
  return runOp(standardizeStoredOp, inputs, { epsilon, epsilonRule, lengths }).y;
}
