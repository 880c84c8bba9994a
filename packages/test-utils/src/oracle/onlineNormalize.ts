import { array64, at, axis, map64, put, type Array64 } from '../array64';
import { zeroPadding, type RowLengths } from './arithmetic';
import { layerNormalize } from './layerNormalize';

/** [1, F] each: running statistics, and the controls of the backward pass. */
export interface OnlineStatistics {
  mean: Array64;
  variance: Array64;
  u: Array64;
  v: Array64;
}

export interface OnlineNormalizeOptions {
  x: Array64;
  gain: Array64;
  shift?: Array64 | undefined;
  lengths?: RowLengths;
  statistics: OnlineStatistics;
  epsilon: number;
  groups: number;
  layerScaling: boolean;
}

/**
 * x̂ of online normalization, from the statistics of past rows: x̂ = (x − μ) / sqrt(σ² + ε), and 0 where padded.
 *
 * @see Chiley et al. 2019, section 3.
 */
export function onlineStandardize({
  x,
  lengths,
  statistics: { mean, variance },
  epsilon,
}: OnlineNormalizeOptions): Array64 {
  const features = axis(x, 2);
  const standard = map64(x, (value, i) => {
    const f = i % features;
    return (value - at(mean, 0, f)) / Math.sqrt(at(variance, 0, f) + epsilon);
  });
  return zeroPadding(standard, lengths);
}

/** What becomes of x̂: gain·x̂ / rms(x̂) + shift with layer scaling, gain·x̂ + shift without; 0 where padded. */
export function onlineOutput(
  xHat: Array64,
  { gain, shift, lengths, epsilon, groups, layerScaling }: Omit<OnlineNormalizeOptions, 'x'>,
): Array64 {
  if (layerScaling) {
    const scaled = layerNormalize({ x: xHat, gain, shift, groups, epsilon, center: false });
    return zeroPadding(scaled, lengths);
  }
  const features = axis(xHat, 2);
  const plain = map64(xHat, (value, i) => {
    const f = i % features;
    return at(gain, f) * value + (shift === undefined ? 0 : at(shift, f));
  });
  return zeroPadding(plain, lengths);
}

/**
 * The backward rule, from gHat = ∂loss/∂x̂.
 *
 *   g = ĝ − v·x̂     dx = g / sqrt(σ² + ε) − u, and 0 where padded
 *
 * u and v: the sums over all real rows of dx and of g·x̂, by which the controls are renewed, [1, F] each.
 *
 * @see Chiley et al. 2019, section 3.
 */
export function onlineBackward(
  gHat: Array64,
  options: OnlineNormalizeOptions,
): { dx: Array64; u: Array64; v: Array64 } {
  const { lengths, epsilon } = options;
  const { variance, u, v } = options.statistics;
  const features = axis(gHat, 2);
  const xHat = onlineStandardize(options);
  const g = map64(gHat, (value, i) => value - at(v, 0, i % features) * at64(xHat, i));
  const real = zeroPadding(g, lengths);
  const dx = map64(real, (value, i) => {
    const f = i % features;
    return value / Math.sqrt(at(variance, 0, f) + epsilon) - at(u, 0, f);
  });
  const sums = (of: Array64): Array64 => {
    const total = array64([1, features]);
    of.data.forEach((value, i) => {
      const f = i % features;
      put(total, at(total, 0, f) + value, 0, f);
    });
    return total;
  };
  const realDx = zeroPadding(dx, lengths);
  return { dx: realDx, u: sums(realDx), v: sums(map64(real, (value, i) => value * at64(xHat, i))) };
}

function at64({ data }: Array64, i: number): number {
  return data[i] as number;
}
