import { countRealSteps, rowsOfEachStep, type Lengths, type PaddedSizes } from '@bnrnn/core';
import {
  add,
  div,
  expandDims,
  matMul,
  mul,
  ones,
  reshape,
  sub,
  sum,
  tensor2d,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { paddingOf } from './padding';

export interface BatchGroups {
  /** Puts 0 where rows are padded, whatever they held. */
  clean: (x: Tensor3D) => Tensor3D;
  /** Puts 0 where rows are padded and hold finite numbers. */
  silence: (x: Tensor3D) => Tensor3D;
  /** The mean over a group's rows of values that are 0 where padded: [groups, features]. */
  average: (x: Tensor3D) => Tensor2D;
  /** A value of each group, to stand beside its rows: [groups, 1, features]. */
  spread: (x: Tensor2D) => Tensor3D;
  /** Each group's values divided by the number of its rows. */
  share: (x: Tensor2D) => Tensor2D;
  /** The sums over each group's rows, from the groups' means. */
  sums: (means: Tensor2D) => Tensor2D;
  /** `other` for groups with too few rows for statistics of their own. */
  orElse: (own: Tensor2D, other: Tensor2D) => Tensor2D;
  /** The sum over all rows of all groups, from the groups' means: [features]. */
  total: (means: Tensor2D) => Tensor1D;
}

/** Real rows of each step, or of all steps together. */
export function rowsOfGroups(
  sizes: PaddedSizes,
  over: 'frame' | 'sequence',
  lengths: Lengths | undefined,
): Int32Array {
  return over === 'sequence'
    ? Int32Array.of(countRealSteps(sizes, lengths))
    : rowsOfEachStep(sizes, lengths);
}

/** What forward and backward do with groups of rows: a group is a step, or all steps together. */
export function batchGroups(
  rows: ArrayLike<number>,
  over: 'frame' | 'sequence',
  lengths: Lengths | undefined,
): BatchGroups {
  const column = (value: (n: number) => number): Tensor2D =>
    tensor2d(Float32Array.from(rows, value), [rows.length, 1]);
  const counts = column((n) => Math.max(n, 1));
  const few = column((n) => Number(n < 2));
  const padding = lengths && paddingOf(lengths);
  return {
    clean: (x) => (padding ? padding.zero(x) : x),
    silence: (x) => (padding ? padding.silence(x) : x),
    average(x) {
      const [time, batch, features] = x.shape;
      if (over === 'frame') return div(sum(x, 1), counts);
      // Products with ones: tfjs's wasm sums over a first axis ten times slower. Two short sums
      // instead of a long one also keep float32's digits.
      const overTime = matMul(ones([1, time]), reshape(x, [time, batch * features]));
      return div(matMul(ones([1, batch]), reshape(overTime, [batch, features])), counts);
    },
    spread: (x) => expandDims(x, 1),
    share: (x) => div(x, counts),
    sums: (means) => mul(means, counts),
    orElse: (own, other) => add(mul(own, sub(1, few)), mul(other, few)),
    total: (means) => sum(mul(means, counts), 0),
  };
}
