/**
 * The largest difference of two arrays as a share of the largest value of the first:
 *
 *   max |a − b| / max |a|, 0 where both are zeros throughout
 *
 * @returns NaN where either holds a number that is none, or the lengths differ.
 */
export function relativeDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return NaN;
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const value = a[i] as number;
    const difference = Math.abs(value - (b[i] as number));
    if (Number.isNaN(difference)) return NaN;
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, difference);
  }
  if (worst === 0) return 0;
  return largest === 0 ? Infinity : worst / largest;
}
