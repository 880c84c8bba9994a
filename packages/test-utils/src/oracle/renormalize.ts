import { array64, at, axis, map64, put, type Array64 } from '../array64';
import { isPadded, type RowLengths } from './arithmetic';
import { batchNormalize } from './batchNormalize';

/** What corrects the standardized values, [S, F] each: constants of the gradient. */
export interface RenormCorrection {
  r: Array64;
  d: Array64;
}

export interface RenormalizeOptions {
  x: Array64;
  gain: Array64;
  shift?: Array64 | undefined;
  lengths?: RowLengths;
  over: 'frame' | 'sequence';
  epsilon: number;
  /** The running statistics of each step, [T, F]. */
  stored: { mean: Array64; variance: Array64 };
}

/**
 * Batch renormalization over the real frames.
 *
 *   y = gain · (x̂·r + d) + shift, x̂ of `batchNormalize`, and 0 where padded
 *
 * A step with fewer than 2 real frames is standardized by `stored`, frame-wise.
 *
 * @see Ioffe 2017, algorithm 1.
 */
export function renormalize(
  { gain, shift, ...options }: RenormalizeOptions,
  { r, d }: RenormCorrection,
): Array64 {
  const { x, lengths, over } = options;
  const [batch, features] = [axis(x, 1), axis(x, 2)];
  const unit = array64([features], new Float64Array(features).fill(1));
  return map64(batchNormalize({ ...options, gain: unit }).y, (xHat, i) => {
    const row = Math.floor(i / features);
    const [t, f] = [Math.floor(row / batch), i % features];
    if (isPadded(lengths, t, row % batch)) return 0;
    const s = over === 'frame' ? t : 0;
    const corrected = xHat * at(r, s, f) + at(d, s, f);
    return at(gain, f) * corrected + (shift === undefined ? 0 : at(shift, f));
  });
}

/**
 * r and d of a mini-batch.
 *
 *   r = clip(s / σ, 1/limits.r, limits.r)     d = clip((mean − μ) / σ, ±limits.d)
 *   s = sqrt(variance + ε)     σ = sqrt(σ² + ε)     μ and σ² stored
 *
 * A step that is standardized by `stored` has r = 1 and d = 0.
 */
export function renormCorrection(
  { x, lengths, over, epsilon, stored }: RenormalizeOptions,
  limits: { r: number; d: number },
): RenormCorrection {
  const unit = array64([axis(x, 2)], new Float64Array(axis(x, 2)).fill(1));
  const found = batchNormalize({ x, lengths, over, epsilon, stored, gain: unit });
  const [r, d] = [array64(found.mean.shape), array64(found.mean.shape)];
  for (let s = 0; s < axis(r, 0); s++) {
    const few = over === 'frame' && at(found.rows, s) < 2;
    for (let f = 0; f < axis(r, 1); f++) {
      const sigma = Math.sqrt(at(stored.variance, s, f) + epsilon);
      const ratio = Math.sqrt(at(found.variance, s, f) + epsilon) / sigma;
      const distance = (at(found.mean, s, f) - at(stored.mean, s, f)) / sigma;
      put(r, few ? 1 : Math.min(Math.max(ratio, 1 / limits.r), limits.r), s, f);
      put(d, few ? 0 : Math.min(Math.max(distance, -limits.d), limits.d), s, f);
    }
  }
  return { r, d };
}
