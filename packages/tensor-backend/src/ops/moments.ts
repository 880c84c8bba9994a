import { expectShape, paddedLengths, type GivenLengths, type Lengths } from '@bnrnn/core';
import {
  add,
  concat,
  mul,
  slice,
  square,
  sub,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { batchGroups, rowsOfGroups } from './batchGroups';
import { customOp } from './customOp';

/** See `moments`. */
export const momentsOp = defineOp<{
  over: 'frame' | 'sequence';
  lengths: Lengths | undefined;
}>()({
  name: 'moments',
  inputs: { x: 'time batch features' },
  optional: {},
  outputs: { mean: 'groups features', variance: 'groups features' },
  constants: [],
  fallback({ x }, { over, lengths }) {
    const [time, batch, features] = x.shape;
    const rows = rowsOfGroups({ time, batch }, over, lengths);
    const groups = rows.length;
    const halves = (both: Tensor2D): [Tensor2D, Tensor2D] => [
      slice(both, [0, 0], [groups, features]),
      slice(both, [groups, 0], [groups, features]),
    ];
    const both = customOp<Tensor2D>([x], (save) => {
      const { clean, silence, average, spread } = batchGroups(rows, over, lengths);
      const values = clean(x);
      const own = average(values);
      save([x, own]);
      return {
        value: concat([own, average(square(silence(sub(values, spread(own)))))]),
        gradient: (dy, saved) => {
          const [xs, m] = saved as [Tensor3D, Tensor2D];
          const { clean, silence, spread, share } = batchGroups(rows, over, lengths);
          const [dMean, dVariance] = halves(dy);
          const centered = sub(clean(xs), spread(m));
          const along: Tensor3D = mul(centered, spread(share(mul(dVariance, 2))));
          return [silence(add(along, spread(share(dMean))))];
        },
      };
    });
    const [mean, variance] = halves(both);
    return { mean, variance };
  },
});

export interface MomentsOptions {
  x: Tensor3D;
  lengths?: GivenLengths | undefined;
  over: 'frame' | 'sequence';
}

/**
 * The mean and variance of each feature over the real rows of each step (`frame`), or of all steps together
 * (`sequence`): the first half of `batchNormalize`, for whoever has more rows elsewhere.
 *
 *   mean = Σ x / n     variance = Σ (x − mean)² / n     over the n real rows, in two passes
 *
 * @param options.x        float32 [time, batch, features]; what padded rows hold changes nothing.
 * @param options.lengths  real steps of each row; all when absent.
 * @returns mean and biased variance, float32 [S, features], zeros where no row is real; S is time for `frame` and 1
 *   for `sequence`. Both are differentiable.
 * @throws ShapeError when sizes disagree.
 * @see Laurent et al. 2015, section 3.
 */
export function moments({ x, over, ...options }: MomentsOptions): {
  mean: Tensor2D;
  variance: Tensor2D;
} {
  expectShape('moments', 'x', x, { time: null, batch: null, features: null });
  const [time, batch] = x.shape;
  const lengths = paddedLengths('moments', options.lengths, { time, batch });
  return runOp(momentsOp, { x }, { over, lengths });
}
