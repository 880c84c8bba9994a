import { studentQuantile } from './studentT';

/** More pairs than anybody runs: "not with any number of pairs" stands for what lies beyond. */
const most = 1000;

/**
 * How many pairs would decide a one-sided test with probability `power`, if mean and deviation of the
 * differences stay as they are: the smallest n from `fewest` on with
 *
 *   2⁻ⁿ ≤ α   and   (t(1 − α) + t(power))·deviation/√n ≤ |mean|,   n − 1 degrees of freedom
 *
 * @returns null where no number up to 1,000 would.
 */
export function pairsNeeded(
  { mean, deviation }: { mean: number; deviation: number },
  { alpha, power = 0.8, fewest }: { alpha: number; power?: number; fewest: number },
): number | null {
  for (let n = fewest; n <= most; n++) {
    if (2 ** -n > alpha) continue;
    const t = studentQuantile(1 - alpha, n - 1) + studentQuantile(power, n - 1);
    if ((t * deviation) / Math.sqrt(n) <= Math.abs(mean)) return n;
  }
  return null;
}
