import type { Collective } from '@bnrnn/core';
import { liveNumbers } from '@bnrnn/tensor-backend';
import { concat, reshape, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';

/** Larger gradients are summed where they lie; smaller ones travel together: each sum costs a meeting of all ranks. */
const packed = 16_384;

/**
 * Sums each gradient over the ranks.
 *
 * Gradients of many numbers are summed in the backend's memory, without a copy, where it lets that be done; the others
 * are packed into one array. Everything is read at once, which a GPU's backend may refuse.
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
  for (const gradient of gradients) {
    const live = gradient.size > packed ? liveNumbers(gradient) : undefined;
    if (live === undefined) together.push(gradient);
    else collective.sum(live);
  }
  const sums = sumTogether(collective, together);
  for (const old of together) old.dispose();
  return gradients.map((gradient) => sums.get(gradient) ?? gradient);
}

/** One sum for all of them: a new tensor for each. */
function sumTogether(
  collective: Collective,
  gradients: readonly Tensor[],
): ReadonlyMap<Tensor, Tensor> {
  if (gradients.length === 0) return new Map();
  const row = tidy(() => concat(gradients.map((gradient) => reshape(gradient, [gradient.size]))));
  const values = row.dataSync<'float32'>();
  row.dispose();
  collective.sum(values);
  let from = 0;
  return new Map(
    gradients.map((gradient) => {
      const own = values.subarray(from, from + gradient.size);
      from += gradient.size;
      return [gradient, tensor(own, gradient.shape)] as const;
    }),
  );
}
