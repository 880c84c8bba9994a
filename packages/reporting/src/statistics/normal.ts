import { inverseOf } from './inverseOf';

/** Beyond it one of the two tails is below 1e-15. */
const farOut = 8;

/**
 * The standard normal distribution function, within 1e-14.
 *
 *   Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + ...)
 *
 * @see Marsaglia 2004, "Evaluating the Normal Distribution"
 */
export function normalCdf(x: number): number {
  if (x >= farOut) return 1;
  if (x <= -farOut) return 0;
  let [term, sum] = [x, x];
  for (let odd = 3; sum + term !== sum; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

/** The x with Φ(x) = p; −8 and 8 stand for what lies beyond them. */
export function normalQuantile(p: number): number {
  return inverseOf(normalCdf, p, -farOut, farOut);
}
