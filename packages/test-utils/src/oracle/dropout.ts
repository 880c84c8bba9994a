import { map64, type Array64 } from '../array64';

/**
 * Inverted dropout with a given mask: y = x · mask, elementwise in row-major order, where the mask
 * holds 0 or 1 / (1 − rate), as core's `randomStream(...).dropoutMask` draws it.
 */
export function dropout({ x, mask }: { x: Array64; mask: ArrayLike<number> }): Array64 {
  if (mask.length !== x.data.length) {
    throw new RangeError(`dropout: ${mask.length} mask values for [${x.shape.join(', ')}].`);
  }
  return map64(x, (value, i) => value * (mask[i] as number));
}
