import { randomStream } from '@bnrnn/core';
import type { Interval } from './meanInterval';
import { meanOf } from './moments';
import { normalCdf, normalQuantile } from './normal';

/** How the resamples are drawn. */
export interface BootstrapOptions {
  /** How many (default 10,000). */
  resamples?: number;
  /** Of the random stream (default 1). */
  seed?: number;
  level?: number;
}

/**
 * The bias-corrected and accelerated bootstrap interval of a mean (BCa).
 *
 *   z0 = Φ⁻¹(share of resampled means below the mean, ties half)
 *   a  = Σ(m̄ − mᵢ)³ / (6·(Σ(m̄ − mᵢ)²)^1.5),   mᵢ the mean without value i
 *   ends: the resampled means at the levels Φ(z0 + (z0 ± z) / (1 − a·(z0 ± z)))
 *
 * Of few values it covers less than its level: of 6 normal ones 86 %, of 10 91 % (docs/claims.md).
 *
 * @param values  at least two.
 * @see Efron 1987, "Better Bootstrap Confidence Intervals"
 */
export function bootstrapInterval(
  values: readonly number[],
  { resamples = 10_000, seed = 1, level = 0.95 }: BootstrapOptions = {},
): Interval {
  const mean = meanOf(values);
  const means = resampledMeans(values, resamples, seed);
  const below = means.reduce((sum, m) => sum + (m < mean ? 1 : m === mean ? 0.5 : 0), 0);
  const z0 = normalQuantile(below / resamples);
  const acceleration = accelerationOf(values);
  const end = (z: number): number => {
    const shifted = z0 + (z0 + z) / (1 - acceleration * (z0 + z));
    return valueAt(means, normalCdf(shifted));
  };
  const z = normalQuantile((1 + level) / 2);
  return [end(-z), end(z)];
}

/** In rising order. */
function resampledMeans(values: readonly number[], resamples: number, seed: number): Float64Array {
  const n = values.length;
  const words = randomStream('bootstrap', seed).words(resamples * n);
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) {
      sum += values[Math.floor(((words[i * n + k] as number) / 2 ** 32) * n)] as number;
    }
    means[i] = sum / n;
  }
  return means.sort();
}

function accelerationOf(values: readonly number[]): number {
  const n = values.length;
  const sum = values.reduce((total, value) => total + value, 0);
  const without = values.map((value) => (sum - value) / (n - 1));
  const mean = meanOf(without);
  const power = (k: number) => without.reduce((total, m) => total + (mean - m) ** k, 0);
  const squares = power(2);
  return squares === 0 ? 0 : power(3) / (6 * squares ** 1.5);
}

/** The value at a level between 0 and 1, linear between neighbours. */
function valueAt(sorted: Float64Array, level: number): number {
  const place = level * (sorted.length - 1);
  const index = Math.min(Math.floor(place), sorted.length - 2);
  const [low, high] = [sorted[index] as number, sorted[index + 1] as number];
  return low + (high - low) * (place - index);
}
