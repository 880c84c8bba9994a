import { array64, at, put, type Array64 } from './array64';

/** The mask [time, batch] whose column b is `lengths[b]` ones, then zeros. */
export function prefixMask(lengths: readonly number[], time: number): Array64 {
  const mask = array64([time, lengths.length]);
  lengths.forEach((length, b) => {
    if (length > time) throw new RangeError(`prefixMask: length ${length} exceeds time ${time}.`);
    for (let t = 0; t < length; t++) put(mask, 1, t, b);
  });
  return mask;
}

/** The lengths of which a prefix mask [time, batch] was made. */
export function lengthsOf(mask: Array64): number[] {
  const [time, batch] = mask.shape as [number, number];
  return Array.from({ length: batch }, (_, b) =>
    Array.from({ length: time }, (__, t) => at(mask, t, b)).reduce((sum, real) => sum + real, 0),
  );
}
