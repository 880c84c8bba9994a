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
} from '@tensorflow/tfjs-core';
import { layerNormalizeContract } from '../dispatch/contracts';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';

export interface LayerNormalizeOptions<T extends Tensor> {
  x: T;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
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
 * @param options.groups  number of blocks; it divides `features`. 4 normalizes an LSTM's gates alone.
 * @returns float32, like x.
 * @throws ShapeError when sizes disagree or `groups` does not divide the features.
 * @see Ba, Kiros, Hinton 2016.
 */
export function layerNormalize<T extends Tensor>(options: LayerNormalizeOptions<T>): T {
  const { x, gain, shift, groups, epsilon } = options;
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
  const inputs = { x, gain, shift };
  return runOp(layerNormalizeContract, inputs, { groups, epsilon }, () => ({
    y: reference(options),
  })).y as T;
}

function reference<T extends Tensor>({
  x,
  gain,
  shift,
  groups,
  epsilon,
}: LayerNormalizeOptions<T>): T {
  const features = gain.shape[0];
  const rows = x.size / features;
  const blocks = (t: Tensor): Tensor => reshape(t, [-1, groups, features / groups]);
  const flat = (t: Tensor): Tensor => reshape(t, [rows, features]);
  const standardize = (t: Tensor): { xHat: Tensor; s: Tensor } => {
    const centered = sub(blocks(t), mean(blocks(t), -1, true));
    const s = sqrt(add(mean(square(centered), -1, true), epsilon));
    return { xHat: div(centered, s), s };
  };
  const inputs = shift ? [x, gain, shift] : [x, gain];
  return customOp<T>(inputs, (save) => {
    const scaled = mul(flat(standardize(x).xHat), gain);
    save([x, gain]);
    return {
      value: reshape(shift ? add(scaled, shift) : scaled, x.shape) as T,
      gradient: (dy, saved) => {
        const [x_, gain_] = saved as [Tensor, Tensor1D];
        const { xHat, s } = standardize(x_);
        const dGain = sum(mul(flat(dy), flat(xHat)), 0);
        const g = blocks(mul(flat(dy), gain_));
        const along = mul(xHat, mean(mul(g, xHat), -1, true));
        const dx = reshape(div(sub(sub(g, mean(g, -1, true)), along), s), x_.shape);
        return shift ? [dx, dGain, sum(flat(dy), 0)] : [dx, dGain];
      },
    };
  });
}
