import {
  expectNumber,
  expectShape,
  paddedLengths,
  ShapeError,
  type GivenLengths,
  type Lengths,
} from '@bnrnn/core';
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
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';
import { paddingOf, type Padding } from './padding';

/** See `layerNormalize`. */
export const layerNormalizeOp = defineOp<{
  groups: number;
  epsilon: number;
  center: boolean;
  lengths: Lengths | undefined;
}>()({
  name: 'layerNormalize',
  inputs: { x: '... features', gain: 'features' },
  optional: { shift: 'features' },
  outputs: { y: '... features' },
  constants: [],
  fallback({ x, gain, shift }, { groups, epsilon, center, lengths }) {
    const features = gain.shape[0];
    const rows = x.size / features;
    const blocks = (t: Tensor): Tensor => reshape(t, [-1, groups, features / groups]);
    const flat = (t: Tensor): Tensor => reshape(t, [rows, features]);
    // Lengths come with [time, batch, features] alone.
    const clean = (t: Tensor, padding?: Padding): Tensor =>
      padding ? padding.zero(t as Tensor3D) : t;
    const standardize = (t: Tensor): { xHat: Tensor; s: Tensor } => {
      const centered = center ? sub(blocks(t), mean(blocks(t), -1, true)) : blocks(t);
      const s = sqrt(add(mean(square(centered), -1, true), epsilon));
      return { xHat: div(centered, s), s };
    };
    const inputs = shift ? [x, gain, shift] : [x, gain];
    const y = customOp<Tensor>(inputs, (save) => {
      const padding = lengths && paddingOf(lengths);
      const scaled = mul(flat(standardize(clean(x, padding)).xHat), gain);
      const value = reshape(shift ? add(scaled, shift) : scaled, x.shape);
      save([x, gain]);
      return {
        value: padding ? padding.silence(value as Tensor3D) : value,
        gradient: (dy, saved) => {
          const [xs, gains] = saved as [Tensor, Tensor1D];
          const padding = lengths && paddingOf(lengths);
          const { xHat, s } = standardize(clean(xs, padding));
          const dOut = flat(clean(dy, padding));
          const dGain = sum(mul(dOut, flat(xHat)), 0);
          const g = blocks(mul(dOut, gains));
          const along = mul(xHat, mean(mul(g, xHat), -1, true));
          const back = center ? sub(g, mean(g, -1, true)) : g;
          const dx = reshape(div(sub(back, along), s), xs.shape);
          return shift ? [dx, dGain, sum(dOut, 0)] : [dx, dGain];
        },
      };
    });
    return { y };
  },
});

export interface LayerNormalizeOptions<T extends Tensor> {
  x: T;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
  lengths?: GivenLengths | undefined;
  groups: number;
  epsilon: number;
  center?: boolean | undefined;
}

/**
 * Standardizes each row over its own features, in `groups` equal blocks that are standardized alone.
 *
 *   y = gain[f]·(x − m) / sqrt(v + epsilon) + shift[f]     m, v: mean and biased variance of the block
 *   y = gain[f]·x / sqrt(mean of x² + epsilon) + shift[f]         without `center`: RMS normalization
 *
 * @param options.x       float32 [..., features].
 * @param options.gain    float32 [features].
 * @param options.shift   float32 [features]; 0 when absent.
 * @param options.lengths real steps of each row of an x of [time, batch, features]; where padded, y is 0 whatever x
 *   holds; all real when absent.
 * @param options.groups  number of blocks; it divides `features`. 4 normalizes an LSTM's gates alone.
 * @param options.center  whether the block's mean is subtracted; true when absent.
 * @returns float32, like x.
 * @throws ShapeError when sizes disagree or `groups` does not divide the features; UsageError for
 *   a length outside 0 to time.
 * @see Ba, Kiros, Hinton 2016; Zhang, Sennrich 2019, for what does not center.
 */
export function layerNormalize<T extends Tensor>(options: LayerNormalizeOptions<T>): T {
  const { x, gain, shift, groups, epsilon, center = true } = options;
  const features = x.shape[x.shape.length - 1] ?? 0;
  expectNumber('layerNormalize: groups', groups, { integer: true, min: 1 });
  expectNumber('layerNormalize: epsilon', epsilon, { min: 0 });
  if (features % groups !== 0) {
    throw new ShapeError(
      `layerNormalize: x has ${features} features, which ${groups} groups do not divide.`,
    );
  }
  const lengths = lengthsOf(x, options.lengths);
  return runOp(layerNormalizeOp, { x, gain, shift }, { groups, epsilon, center, lengths }).y as T;
}

function lengthsOf(x: Tensor, lengths: GivenLengths | undefined): Lengths | undefined {
  if (lengths === undefined) return undefined;
  expectShape('layerNormalize', 'x', x, { time: null, batch: null, features: null });
  const [time, batch] = x.shape as [number, number];
  return paddedLengths('layerNormalize', lengths, { time, batch });
}
