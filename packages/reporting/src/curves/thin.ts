/** A point of a curve. */
export interface Point {
  x: number;
  y: number;
}

/**
 * At most `most` points that draw the same curve: each of `most / 2` equal stretches keeps its lowest
 * and its highest point, in their order; the first and last points stay.
 */
export function thin(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points];
  const inner = points.slice(1, -1);
  const stretches = Math.max(1, Math.floor((most - 2) / 2));
  const kept = Array.from({ length: stretches }, (_, i) => {
    const from = Math.floor((i * inner.length) / stretches);
    const to = Math.floor(((i + 1) * inner.length) / stretches);
    return extremes(inner.slice(from, to));
  });
  return [...points.slice(0, 1), ...kept.flat(), ...points.slice(-1)];
}

function extremes(points: readonly Point[]): Point[] {
  const byHeight = [...points].sort((a, b) => a.y - b.y);
  const ends = new Set([byHeight[0], byHeight.at(-1)]);
  return points.filter((point) => ends.has(point));
}
