import type { Collective } from '@bnrnn/core';
import { customOp } from '@bnrnn/tensor-backend';
import {
  concat,
  reshape,
  split,
  tensor1d,
  tidy,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';

/** What a normalizer needs of the processes that train together. */
export type Ranks = Pick<Collective, 'size' | 'sum'>;

/**
 * Sums tensors over the ranks, with one meeting of all of them forward and one backward.
 *
 *   y = Σ over ranks of x      ∂loss/∂x = Σ over ranks of ∂loss/∂y, the loss being that of all ranks
 *
 * The sums are taken in float64 and rounded once. Every rank calls it at the same place of its forward pass, with
 * tensors of the same shapes. The values are read at once, which a GPU's backend may refuse.
 *
 * @param ranks    absent, or of size 1: nothing is summed.
 * @param tensors  float32, of any shapes.
 * @param counts   plain numbers that are summed in the same meeting, in place.
 * @returns        the sums in the same order; without other ranks the tensors themselves.
 */
export function sumOverRanks(
  ranks: Ranks | undefined,
  tensors: readonly Tensor[],
  counts: Float64Array = new Float64Array(),
): Tensor[] {
  if (ranks === undefined || ranks.size === 1) return [...tensors];
  const row = customOp<Tensor1D>(tensors, () => ({
    value: tensor1d(summed(ranks, readRow(tensors), counts)),
    gradient: (dy) => unpack(tensor1d(summed(ranks, dy.dataSync<'float32'>())), tensors),
  }));
  return unpack(row, tensors);
}

/** All numbers of the tensors, one after the other. */
export function readRow(tensors: readonly Tensor[]): Float32Array {
  // Read outside of `tidy`, which looks for tensors in each number of an array that it returns.
  const row = tidy(() => concat(tensors.map((each) => reshape(each, [each.size]))));
  try {
    return row.dataSync<'float32'>();
  } finally {
    row.dispose();
  }
}

function summed(
  ranks: Ranks,
  values: Float32Array,
  counts: Float64Array = new Float64Array(),
): Float32Array {
  const all = new Float64Array(values.length + counts.length);
  all.set(values);
  all.set(counts, values.length);
  ranks.sum(all);
  counts.set(all.subarray(values.length));
  return Float32Array.from(all.subarray(0, values.length));
}

/** The pieces of a row, in the shapes of the tensors that were laid into it. */
function unpack(row: Tensor1D, like: readonly Tensor[]): Tensor[] {
  const pieces = split(
    row,
    like.map(({ size }) => size),
  );
  return pieces.map((piece, k) => reshape(piece, (like[k] as Tensor).shape));
}
