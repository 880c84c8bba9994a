/**
 * The x at which a rising function reaches `p`, by bisection to the last bit that tells.
 *
 * @param rising  a distribution function; `p` must lie between its values at `low` and `high`.
 */
export function inverseOf(
  rising: (x: number) => number,
  p: number,
  low: number,
  high: number,
): number {
  let [from, to] = [low, high];
  for (let i = 0; i < 200; i++) {
    const middle = (from + to) / 2;
    if (middle === from || middle === to) break;
    if (rising(middle) < p) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
