/**
 * The numbers of steps done in an epoch after which it is evaluated.
 *
 *   floor(k · batches / perEpoch) for k = 1 … perEpoch
 *
 * The last is the whole epoch; an epoch shorter than `perEpoch` has fewer points.
 */
export function evaluationPoints(batchesPerEpoch: number, perEpoch: number): ReadonlySet<number> {
  const points = Array.from({ length: perEpoch }, (_, k) =>
    Math.floor(((k + 1) * batchesPerEpoch) / perEpoch),
  );
  return new Set(points.filter((point) => point > 0));
}
