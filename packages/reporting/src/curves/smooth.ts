/**
 * The centred moving average. Near either end the window shrinks on both sides alike, so that the
 * first and last values are the data's own and a falling curve is not pulled up or down there.
 *
 *   y[i] = mean(x[i − h .. i + h]),  h = min(floor(window / 2), i, n − 1 − i)
 */
export function smooth(values: readonly number[], window: number): number[] {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, i) => (sums[i + 1] = (sums[i] ?? 0) + value));
  const half = Math.floor(window / 2);
  return values.map((_, i) => {
    const h = Math.min(half, i, values.length - 1 - i);
    return ((sums[i + h + 1] ?? 0) - (sums[i - h] ?? 0)) / (2 * h + 1);
  });
}
