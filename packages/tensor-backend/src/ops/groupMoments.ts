import {
  expectNumber,
  expectShape,
  paddedLengths,
  type GivenLengths,
  type Lengths,
} from '@bnrnn/core';
import {
  add,
  concat,
  matMul,
  reshape,
  slice,
  sub,
  transpose,
  type Rank,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { batchGroups, rowsOfGroups } from './batchGroups';
import { customOp } from './customOp';
import { expectGroups, fromBlocks, toBlocks } from './featureBlocks';

/** See `groupMoments`. */
export const groupMomentsOp = defineOp<{
  over: 'frame' | 'sequence';
  groupSize: number;
  lengths: Lengths | undefined;
}>()({
  name: 'groupMoments',
  inputs: { x: 'time batch features' },
  optional: {},
  outputs: { mean: 'sets features', covariance: 'sets groups size columns' },
  constants: [],
  fallback({ x }, { over, groupSize, lengths }) {
    const [time, batch, features] = x.shape;
    const rows = rowsOfGroups({ time, batch }, over, lengths);
    const sets = rows.length;
    // tfjs takes a gradient of one output: the covariance stands beside the mean.
    const both = customOp<Tensor2D>([x], (save) => {
      const { clean, silence, average, spread, share } = batchGroups(rows, over, lengths);
      const values = clean(x);
      const mean = average(values);
      const centered = toBlocks(silence(sub(values, spread(mean))), sets, groupSize);
      const products = reshape<Rank.R2>(matMul(centered, centered, true), [sets, -1]);
      save([x, mean]);
      return {
        value: concat([mean, share(products)], 1),
        gradient: (dy, saved) => {
          const [xs, m] = saved as [Tensor3D, Tensor2D];
          const { clean, silence, spread, share } = batchGroups(rows, over, lengths);
          const shares = share(dy);
          const square: Tensor3D = reshape(slice(shares, [0, features]), [
            -1,
            groupSize,
            groupSize,
          ]);
          const slope = add<Tensor3D>(square, transpose(square, [0, 2, 1]));
          const centered = toBlocks(silence(sub(clean(xs), spread(m))), sets, groupSize);
          const through = fromBlocks(matMul(centered, slope), sets, xs.shape);
          const along = spread(slice(shares, [0, 0], [sets, features]));
          return [silence(add(through, along))];
        },
      };
    });
    const covariance = slice(both, [0, features], [sets, features * groupSize]);
    return {
      mean: slice(both, [0, 0], [sets, features]),
      covariance: reshape<Rank.R4>(covariance, [sets, -1, groupSize, groupSize]),
    };
  },
});

export interface GroupMomentsOptions {
  x: Tensor3D;
  groupSize: number;
  lengths?: GivenLengths | undefined;
  over: 'frame' | 'sequence';
}

/**
 * The mean of each feature and the covariance within each group of n features, over the real rows of
 * each step (`frame`) or of all steps (`sequence`).
 *
 *   mean = Σ x / m     covariance[g] = Σ (x_g − mean_g)ᵀ·(x_g − mean_g) / m     over the m real rows
 *
 * What padded rows hold, even not a number, changes nothing. Both outputs have a gradient.
 *
 * @param options.x          float32 [time, batch, features].
 * @param options.groupSize  n; it divides the features, and a group is n features in a row.
 * @param options.lengths    real steps of each row; all when absent.
 * @returns mean, float32 [S, features]; covariance, float32 [S, features/n, n, n]; S is time for
 *   `frame` and 1 for `sequence`; 0 where no row is real.
 * @throws ShapeError when x has other axes; UsageError where n does not divide the features, and for
 *   a length outside 0 to time.
 * @see Huang et al. 2018, Decorrelated Batch Normalization, section 3.
 */
export function groupMoments(options: GroupMomentsOptions): {
  mean: Tensor2D;
  covariance: Tensor4D;
} {
  const { x, groupSize, over } = options;
  expectShape('groupMoments', 'x', x, { time: null, batch: null, features: null });
  const [time, batch, features] = x.shape;
  expectNumber('groupMoments: groupSize', groupSize, { integer: true, min: 1 });
  expectGroups('groupMoments', features, groupSize);
  const lengths = paddedLengths('groupMoments', options.lengths, { time, batch });
  const { mean, covariance } = runOp(groupMomentsOp, { x }, { over, groupSize, lengths });
  return { mean, covariance: covariance as Tensor4D };
}
