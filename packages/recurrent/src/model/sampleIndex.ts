/**
 * Draws an index from the softmax of logits, in float64.
 *
 *   p[i] = exp((logits[i] − max) / temperature) / Σ exp(...)
 *
 * @param logits       float32 [classes].
 * @param temperature  above 1 evens the choice out; 0 takes the largest logit.
 * @param draw         a number in [0, 1).
 */
export function sampleIndex(logits: ArrayLike<number>, temperature: number, draw: number): number {
  const values = Array.from(logits);
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const top = values.indexOf(largest);
  if (temperature === 0) return top;
  const weights = values.map((value) => Math.exp((value - largest) / temperature));
  let left = draw * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return index === -1 ? top : index;
}
