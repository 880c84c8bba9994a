/** Where epsilon stands: once under the root, or also beside it (the paper's authors' code). */
export type EpsilonRule = 'variance' | 'double';

/**
 * One value against a mean and a biased variance.
 *
 *   'variance':  (x − mean) / sqrt(variance + ε)
 *   'double':    (x − mean) / (sqrt(variance + ε) + ε)
 */
export function standardize(
  x: number,
  mean: number,
  variance: number,
  epsilon: number,
  rule: EpsilonRule,
): number {
  const deviation = Math.sqrt(variance + epsilon);
  return (x - mean) / (rule === 'double' ? deviation + epsilon : deviation);
}
