import { UsageError } from '@bnrnn/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Masks already read: every layer of a step sees the same one. */
const known = new WeakSet();

/**
 * Refuses a mask [time, batch] whose padding does not stand at the end.
 *
 * @throws UsageError naming the row and the step that is real again after padding.
 */
export function expectPrefixMask(caller: string, mask: Tensor): void {
  if (known.has(mask.dataId)) return;
  const [time, batch] = mask.shape as [number, number];
  const values = mask.dataSync();
  for (let i = batch; i < time * batch; i++) {
    if (values[i] === 0 || values[i - batch] !== 0) continue;
    throw new UsageError(
      `${caller}: mask has a hole: row ${i % batch} is real at step ${Math.floor(i / batch)}, after padding.`,
      { hint: 'Padding stands at the end of a row.' },
    );
  }
  known.add(mask.dataId);
}
