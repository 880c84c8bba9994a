import { randomStream } from '@bnrnn/core';

import { array64, sizeOf, type Array64 } from './array64';

/**
 * Distinct values, uniform in [low, high): each a float32, so a tensor holds exactly the same.
 *
 * The same shape and seed give the same values; another shape or seed gives unrelated ones.
 */
export function filled(shape: readonly number[], seed: number, low = -1, high = 1): Array64 {
  const stream = randomStream(`filled.${shape.join('x')}`, seed);
  return array64(shape, stream.uniform(sizeOf(shape), low, high));
}

/** Class or token ids, uniform in [0, classes). */
export function filledIds(length: number, seed: number, classes: number): Int32Array {
  const stream = randomStream(`filledIds.${length}`, seed);
  return Int32Array.from(stream.uniform(length, 0, 1), (share) => Math.floor(share * classes));
}
