import { expectShape, paddedLengths, type GivenLengths, type Lengths } from '@bnrnn/core';
import {
  add,
  expandDims,
  matMul,
  mul,
  neg,
  reshape,
  sub,
  sum,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { customOp } from './customOp';
import { expectGroups, fromBlocks, toBlocks } from './featureBlocks';
import { paddingOf } from './padding';

/** See `whitenGroups`. */
export const whitenGroupsOp = defineOp<{ lengths: Lengths | undefined }>()({
  name: 'whitenGroups',
  inputs: {
    x: 'time batch features',
    mean: 'sets features',
    matrix: 'sets groups size columns',
    gain: 'features',
  },
  optional: { shift: 'features' },
  outputs: { y: 'time batch features' },
  constants: [],
  fallback({ x, mean, matrix, gain, shift }, { lengths }) {
    const [sets, groups = 1, size = 1] = matrix.shape as [number, ...number[]];
    const features = groups * size;
    const overRows = (t: Tensor): Tensor1D => sum(reshape(t, [-1, features]), 0);
    // The rows of a set: of one step, or of all of them.
    const rowsOf = (t: Tensor): Tensor3D => reshape(t, [sets, -1, features]);
    const square = (t: Tensor): Tensor3D => reshape<Rank.R3>(t, [-1, size, size]);
    const center = (t: Tensor3D, m: Tensor): Tensor3D =>
      toBlocks(sub(rowsOf(t), expandDims(m, 1)), sets, size);
    const inputs = [x, mean, matrix, gain, ...(shift ? [shift] : [])];
    const y = customOp<Tensor3D>(inputs, (save) => {
      const padding = lengths && paddingOf(lengths);
      const centered = center(padding ? padding.zero(x) : x, mean);
      const white = matMul<Tensor3D>(centered, square(matrix));
      const scaled: Tensor3D = mul(fromBlocks(white, sets, x.shape), gain);
      const value = shift ? add<Tensor3D>(scaled, shift) : scaled;
      save([x, mean, matrix, gain]);
      return {
        value: padding ? padding.silence(value) : value,
        gradient: (dy, saved) => {
          const [xs, m, a, gains] = saved as [Tensor3D, Tensor2D, Tensor4D, Tensor1D];
          const padding = lengths && paddingOf(lengths);
          const g = padding ? padding.zero(dy) : dy;
          const centered = center(padding ? padding.zero(xs) : xs, m);
          const white = fromBlocks(matMul<Tensor3D>(centered, square(a)), sets, xs.shape);
          const back = toBlocks(mul(rowsOf(g), gains), sets, size);
          const through = matMul<Tensor3D>(back, square(a), false, true);
          const dx = fromBlocks(through, sets, xs.shape);
          const gradients = [
            dx,
            neg(sum(rowsOf(dx), 1)),
            reshape(matMul(centered, back, true), a.shape),
            overRows(mul(g, white)),
          ];
          return shift ? [...gradients, overRows(g)] : gradients;
        },
      };
    });
    return { y };
  },
});

export interface WhitenGroupsOptions {
  x: Tensor3D;
  mean: Tensor2D;
  matrix: Tensor4D;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
  lengths?: GivenLengths | undefined;
}

/**
 * Multiplies each centred group of n features by a matrix of its own.
 *
 *   y_g = gain_g · (x_g − mean_g)·matrix[g] + shift_g     x_g a row of n features
 *
 * What padded rows hold, even not a number, changes nothing. Everything has a gradient.
 *
 * @param options.x       float32 [time, batch, features].
 * @param options.mean    float32 [time, features], or [1, features] for every step.
 * @param options.matrix  float32 [time, features/n, n, n], or one set for every step like the mean.
 * @param options.gain    float32 [features].
 * @param options.shift   float32 [features]; 0 when absent.
 * @param options.lengths real steps of each row; all when absent.
 * @returns float32 like x, 0 where padded.
 * @throws ShapeError when sizes disagree; UsageError for a length outside 0 to time.
 * @see `whiteningMatrix`, whose matrices make the groups white.
 */
export function whitenGroups(options: WhitenGroupsOptions): Tensor3D {
  const { x, mean, matrix, gain, shift } = options;
  expectShape('whitenGroups', 'x', x, { time: null, batch: null, features: null });
  const [time, batch, features] = x.shape;
  if (mean.shape[0] !== 1) expectShape('whitenGroups', 'mean', mean, { time, features: null });
  const size = matrix.shape[3];
  expectGroups('whitenGroups', features, size);
  expectShape('whitenGroups', 'matrix', matrix, {
    ...{ sets: mean.shape[0], groups: features / size, size, columns: size },
  });
  const lengths = paddedLengths('whitenGroups', options.lengths, { time, batch });
  return runOp(whitenGroupsOp, { x, mean, matrix, gain, shift }, { lengths }).y;
}
