import type { Tensor } from '@tensorflow/tfjs-core';

/** The mask where something is padded, otherwise undefined: nothing has to be silenced then. */
export function maskOfPadding<Kind extends Tensor>(mask: Kind | undefined): Kind | undefined {
  return mask !== undefined && realFrames(mask) < mask.size ? mask : undefined;
}

/** Sums of masks already read: every layer of a step sees the same mask. */
const counted = new WeakMap<object, number>();

/** The number of real frames: the mask's sum, read from the backend once for each mask. */
export function realFrames(mask: Tensor): number {
  const known = counted.get(mask.dataId);
  if (known !== undefined) return known;
  let count = 0;
  for (const value of mask.dataSync()) count += value > 0 ? 1 : 0;
  counted.set(mask.dataId, count);
  return count;
}
