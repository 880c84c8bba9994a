import { expectNumber, expectShape } from '@bnrnn/core';
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
import { standardizeStoredContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';
import { maskFacts } from './mask';
import { silencePadding, zeroPadding } from './padding';

export interface StandardizeStoredOptions {
  x: Tensor3D;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
  mask?: Tensor2D | undefined;
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
 * @param options.mask      float32 [time, batch]: 1 real, 0 padding; all real when absent.
 * @param options.mean      float32 [time, features], or [1, features] for every step; a constant for
 *   the gradient.
 * @param options.variance  the same.
 * @returns float32 like x, 0 where padded.
 * @throws ShapeError when sizes disagree; UsageError for a mask of other values than 0 and 1.
 * @see Ioffe, Szegedy 2015, algorithm 2; docs/deviations.md for the two rules.
 */
export function standardizeStored(options: StandardizeStoredOptions): Tensor3D {
  const { x, gain, shift, mask, mean, variance, epsilon, epsilonRule } = options;
  expectShape('standardizeStored', 'x', x, { time: null, batch: null, features: null });
  const [time, batch, features] = x.shape;
  expectShape('standardizeStored', 'gain', gain, { features });
  if (shift) expectShape('standardizeStored', 'shift', shift, { features });
  const rows = mean.shape[0] === 1 ? 1 : time;
  expectShape('standardizeStored', 'mean', mean, { rows, features });
  expectShape('standardizeStored', 'variance', variance, { rows, features });
  expectNumber('standardizeStored: epsilon', epsilon, { min: 0 });
  const padded = mask !== undefined && maskFacts('standardizeStored', mask, time, batch).padded;
  const inputs = { x, gain, mean, variance, shift, mask: padded ? mask : undefined };
  return runOp(standardizeStoredContract, inputs, { epsilon, epsilonRule }, () => ({
    y: reference(inputs, options),
  })).y as Tensor3D;
}

type Inputs = Pick<StandardizeStoredOptions, 'x' | 'gain' | 'shift' | 'mask' | 'mean' | 'variance'>;
type Rule = Pick<StandardizeStoredOptions, 'epsilon' | 'epsilonRule'>;

function reference(given: Inputs, { epsilon, epsilonRule }: Rule): Tensor3D {
  const { x, gain, shift, mask, mean, variance } = given;
  const features = gain.shape[0];
  const spread = (t: Tensor): Tensor3D => expandDims(t, 1);
  const slope = (factor: Tensor1D | number, v: Tensor2D): Tensor3D => {
    const s = sqrt(add(v, epsilon));
    return spread(div(factor, epsilonRule === 'double' ? add(s, epsilon) : s));
  };
  const overRows = (t: Tensor): Tensor1D => sum(reshape(t, [-1, features]), 0);
  return customOp<Tensor3D>(shift ? [x, gain, shift] : [x, gain], (save) => {
    const real = mask ? zeroPadding(x, mask) : x;
    const scaled: Tensor3D = mul(sub(real, spread(mean)), slope(gain, variance));
    const y = shift ? add<Tensor3D>(scaled, shift) : scaled;
    save([x, gain, mean, variance, ...(mask ? [mask] : [])]);
    return {
      value: mask ? silencePadding(y, mask) : y,
      gradient: (dy, saved) => {
        const [xs, gains, m, v] = saved as [Tensor3D, Tensor1D, Tensor2D, Tensor2D];
        const padding = saved[4] as Tensor2D | undefined;
        const g = padding ? zeroPadding(dy, padding) : dy;
        const clean = padding ? zeroPadding(xs, padding) : xs;
        const standard = mul(sub(clean, spread(m)), slope(1, v));
        const gradients = [mul(g, slope(gains, v)), overRows(mul(g, standard))];
        return shift ? [...gradients, overRows(g)] : gradients;
      },
    };
  });
}
