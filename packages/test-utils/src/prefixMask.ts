import { array64, put, type Array64 } from './array64';

/** The mask [time, batch] whose column b is `lengths[b]` ones, then zeros. */
export function prefixMask(lengths: readonly number[], time: number): Array64 {
  const mask = array64([time, lengths.length]);
  lengths.forEach((length, b) => {
    if (length > time) throw new RangeError(`prefixMask: length ${length} exceeds time ${time}.`);
    for (let t = 0; t < length; t++) put(mask, 1, t, b);
  });
  return mask;
}
