import { expectNumber, expectShape, ShapeError } from '@bnrnn/core';
import {
  add,
  div,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { layerNormalizeContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';
import { maskFacts } from './mask';
import { silencePadding, zeroPadding } from './padding';

export interface LayerNormalizeOptions<T extends Tensor> {
  x: T;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
  mask?: Tensor2D | undefined;
  groups: number;
  epsilon: number;
}

/**
 * Standardizes each row over its own features, in `groups` equal blocks that are standardized alone.
 *
 *   y = gain[f]·(x − m) / sqrt(v + epsilon) + shift[f]     m, v: mean and biased variance of the block
 *
 * @param options.x       float32 [..., features].
 * @param options.gain    float32 [features].
 * @param options.shift   float32 [features]; 0 when absent.
 * @param options.mask    float32 [time, batch], for an x of [time, batch, features]: 1 real, 0 padding,
 *   where y is 0 whatever x holds; all real when absent.
 * @param options.groups  number of blocks; it divides `features`. 4 normalizes an LSTM's gates alone.
 * @returns float32, like x.
 * @throws ShapeError when sizes disagree or `groups` does not divide the features; UsageError for a mask
 *   of other values than 0 and 1.
 * @see Ba, Kiros, Hinton 2016.
 */
export function layerNormalize<T extends Tensor>(options: LayerNormalizeOptions<T>): T {
  const { x, gain, shift, mask, groups, epsilon } = options;
  const features = x.shape[x.shape.length - 1] ?? 0;
  expectShape('layerNormalize', 'gain', gain, { features });
  if (shift) expectShape('layerNormalize', 'shift', shift, { features });
  expectNumber('layerNormalize: groups', groups, { integer: true, min: 1 });
  expectNumber('layerNormalize: epsilon', epsilon, { min: 0 });
  if (features % groups !== 0) {
    throw new ShapeError(
      `layerNormalize: x has ${features} features, which ${groups} groups do not divide.`,
    );
  }
  const inputs = { x, gain, shift, mask: isPadded(x, mask) ? mask : undefined };
  return runOp(layerNormalizeContract, inputs, { groups, epsilon }, () => ({
    y: reference({ ...inputs, groups, epsilon }),
  })).y as T;
}

function isPadded(x: Tensor, mask: Tensor2D | undefined): boolean {
  if (mask === undefined) return false;
  expectShape('layerNormalize', 'x', x, { time: null, batch: null, features: null });
  const [time, batch] = x.shape as [number, number];
  return maskFacts('layerNormalize', mask, time, batch).padded;
}

function reference<T extends Tensor>(options: LayerNormalizeOptions<T>): T {
  const { x, gain, shift, mask, groups, epsilon } = options;
  const features = gain.shape[0];
  const rows = x.size / features;
  const blocks = (t: Tensor): Tensor => reshape(t, [-1, groups, features / groups]);
  const flat = (t: Tensor): Tensor => reshape(t, [rows, features]);
  // A mask comes with [time, batch, features] alone.
  const clean = (t: Tensor, padding?: Tensor2D): Tensor =>
    padding ? zeroPadding(t as Tensor3D, padding) : t;
  const standardize = (t: Tensor): { xHat: Tensor; s: Tensor } => {
    const centered = sub(blocks(t), mean(blocks(t), -1, true));
    const s = sqrt(add(mean(square(centered), -1, true), epsilon));
    return { xHat: div(centered, s), s };
  };
  const inputs = shift ? [x, gain, shift] : [x, gain];
  return customOp<T>(inputs, (save) => {
    const scaled = mul(flat(standardize(clean(x, mask)).xHat), gain);
    const y = reshape(shift ? add(scaled, shift) : scaled, x.shape);
    save([x, gain, ...(mask ? [mask] : [])]);
    return {
      value: (mask ? silencePadding(y as Tensor3D, mask) : y) as T,
      gradient: (dy, saved) => {
        const [xs, gains, padding] = saved as [Tensor, Tensor1D, Tensor2D?];
        const { xHat, s } = standardize(clean(xs, padding));
        const dOut = flat(clean(dy, padding));
        const dGain = sum(mul(dOut, flat(xHat)), 0);
        const g = blocks(mul(dOut, gains));
        const along = mul(xHat, mean(mul(g, xHat), -1, true));
        const dx = reshape(div(sub(sub(g, mean(g, -1, true)), along), s), xs.shape);
        return shift ? [dx, dGain, sum(dOut, 0)] : [dx, dGain];
      },
    };
  });
}
