import type { Collective } from '@bnrnn/core';
import { liveNumbers, matrixOfRows, matrixRows } from '@bnrnn/tensor-backend';
import { concat, reshape, tensor, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { sumRows } from './sumRows';

/** Larger gradients are summed where they lie; smaller ones travel together: each sum costs a meeting of all ranks. */
const packed = 16_384;

/**
 * Sums each gradient over the ranks.
 *
 * Gradients of many numbers are summed in the backend's memory, without a copy, where it lets that be done; those that
 * it stores by rows, as rows; the others are packed into one array. Everything is read at once, which a GPU's backend
 * may refuse. All ranks have the same backend.
 *
 * @param gradients  float32; a gradient that could not be summed in place is disposed and replaced.
 * @returns          the sums, in the same order, the caller's to dispose.
 */
export function sumGradients(
  collective: Collective,
  gradients: readonly Tensor[],
): readonly Tensor[] {
  if (collective.size === 1) return gradients;
  const together: Tensor[] = [];
  const sums = new Map<Tensor, Tensor>();
  for (const gradient of gradients) {
    const rows = matrixRows(gradient);
    if (rows !== undefined) {
      const matrix = gradient as Tensor2D;
      sums.set(gradient, matrixOfRows(matrix, sumRows(collective, rows, matrix.shape)));
      continue;
    }
    const live = gradient.size > packed ? liveNumbers(gradient) : undefined;
    if (live === undefined) together.push(gradient);
    else collective.sum(live);
  }
  sumTogether(collective, together, sums);
  for (const old of sums.keys()) old.dispose();
  return gradients.map((gradient) => sums.get(gradient) ?? gradient);
}

/** One sum for all of them: a new tensor for each, by the old one. */
function sumTogether(
  collective: Collective,
  gradients: readonly Tensor[],
  sums: Map<Tensor, Tensor>,
): void {
  if (gradients.length === 0) return;
  const row = tidy(() => concat(gradients.map((gradient) => reshape(gradient, [gradient.size]))));
  const values = row.dataSync<'float32'>();
  row.dispose();
  collective.sum(values);
  let from = 0;
  for (const gradient of gradients) {
    const own = values.subarray(from, from + gradient.size);
    from += gradient.size;
    sums.set(gradient, tensor(own, gradient.shape));
  }
}
