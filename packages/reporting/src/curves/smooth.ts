/**
 * The centred moving average. At the start the window shrinks on both sides alike, so that the steep
 * beginning of a loss keeps its first value; at the end it loses only what lies beyond the data.
 *
 *   y[i] = mean(x[i − h .. min(i + half, n − 1)]),  h = min(half, i) and the same ahead while i < half
 */
export function smooth(values: readonly number[], window: number): number[] {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, i) => (sums[i + 1] = (sums[i] ?? 0) + value));
  const half = Math.floor(window / 2);
  return values.map((_, i) => {
    const h = Math.min(half, i);
    const from = i - h;
    const to = Math.min(i + h, values.length - 1);
    return ((sums[to + 1] ?? 0) - (sums[from] ?? 0)) / (to - from + 1);
  });
}
