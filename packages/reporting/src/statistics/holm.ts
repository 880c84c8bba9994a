/**
 * Holm's adjustment: p values that may be held against one level α for the whole family, so that the
 * probability of any false rejection among them is at most α.
 *
 *   adjusted p of rank k = max over j ≤ k of min(1, (m − j + 1)·p of rank j)
 *
 * @returns in the order of `pValues`.
 * @see Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure"
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  pValues
    .map((p, index) => ({ p, index }))
    .sort((a, b) => a.p - b.p)
    .forEach(({ p, index }, rank) => {
      largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
      adjusted[index] = largest;
    });
  return adjusted;
}
