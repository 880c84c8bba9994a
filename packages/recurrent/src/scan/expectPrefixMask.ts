import { UsageError } from '@bnrnn/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The longest rows of masks already read: every layer of a step sees the same one. */
const known = new WeakMap<object, number>();

/**
 * Refuses a mask [time, batch] whose padding does not stand at the end.
 *
 * @returns the real steps of the longest row.
 * @throws UsageError naming the row and the step that is real again after padding.
 */
export function expectPrefixMask(caller: string, mask: Tensor): number {
  const before = known.get(mask.dataId);
  if (before !== undefined) return before;
  const [time, batch] = mask.shape as [number, number];
  const values = mask.dataSync();
  for (let i = batch; i < time * batch; i++) {
    if (values[i] === 0 || values[i - batch] !== 0) continue;
    throw new UsageError(
      `${caller}: mask has a hole: row ${i % batch} is real at step ${Math.floor(i / batch)}, after padding.`,
      { hint: 'Padding stands at the end of a row.' },
    );
  }
  const last = values.findLastIndex((real) => real !== 0);
  const longest = last < 0 ? 0 : Math.floor(last / batch) + 1;
  known.set(mask.dataId, longest);
  return longest;
}
