import type { Point } from './thin';

/**
 * The centred moving average over `window` steps of points in the order of their steps x, of which some may be missing.
 * At the start the window shrinks on both sides alike, so that the steep beginning of a loss keeps its first value; at
 * the end it loses only what lies beyond the data.
 *
 *   y[i] = mean of the y[j] with |x[j] − x[i]| ≤ min(half, x[i] − x[0])
 */
export function smooth(points: readonly Point[], window: number): Point[] {
  const sums = new Float64Array(points.length + 1);
  points.forEach(({ y }, i) => (sums[i + 1] = (sums[i] ?? 0) + y));
  const half = Math.floor(window / 2);
  const start = points[0]?.x ?? 0;
  const at = (i: number): number => points[i]?.x ?? Infinity;
  let [from, to] = [0, 0];
  return points.map(({ x }) => {
    const reach = Math.min(half, x - start);
    while (at(from) < x - reach) from++;
    while (at(to) <= x + reach) to++;
    return { x, y: ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from) };
  });
}
