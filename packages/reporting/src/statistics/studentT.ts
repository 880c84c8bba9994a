import { inverseOf } from './inverseOf';

/**
 * Student's distribution function for a whole number of degrees of freedom, as a finite sum.
 *
 * With θ = atan(t / √ν), the probability between −t and t is
 *
 *   ν odd:   2/π·(θ + sin θ·(cos θ + 2/3·cos³θ + (2·4)/(3·5)·cos⁵θ + ...)),  last power ν − 2
 *   ν even:  sin θ·(1 + 1/2·cos²θ + (1·3)/(2·4)·cos⁴θ + ...),                last power ν − 2
 *
 * @see Abramowitz and Stegun 1964, 26.7.3 and 26.7.4
 */
export function studentCdf(t: number, freedom: number): number {
  const theta = Math.atan(t / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const odd = freedom % 2 === 1;
  let [term, sum] = odd ? [cosine, 0] : [1, 0];
  for (let power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * cosine * cosine;
  }
  const inside = odd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
  return (1 + inside) / 2;
}

/** The t with `studentCdf(t, freedom) = p`, for p within 1e-9 and 1 − 1e-9. */
export function studentQuantile(p: number, freedom: number): number {
  return inverseOf((t) => studentCdf(t, freedom), p, -1e9, 1e9);
}
