import { array64, at, axis, put, type Array64 } from '../array64';
import { isPadded, type RowLengths } from './arithmetic';
import { standardize, type EpsilonRule } from './standardize';

export interface BatchNormalizeOptions {
  x: Array64;
  gain: Array64;
  shift?: Array64 | undefined;
  lengths?: RowLengths;
  over: 'frame' | 'sequence';
  epsilon: number;
  epsilonRule?: EpsilonRule | undefined;
  stored?: { mean: Array64; variance: Array64 } | undefined;
}

export interface BatchNormalizeResult {
  y: Array64;
  mean: Array64;
  variance: Array64;
  rows: Array64;
}

/**
 * Batch normalization over the real frames, per time step ('frame') or over all steps ('sequence').
 *
 *   mean[s, f] = Σ x / n     variance[s, f] = Σ (x − mean)² / n     n = rows[s], real frames only
 *   y = gain[f] · standardize(x) + shift[f], and 0 where padded
 *
 * x and y [T, B, F], gain and shift [F], mean and variance [S, F], rows [S], S = T for
 * 'frame' and 1 for 'sequence'. A step with fewer than 2 real frames is standardized by `stored`
 * [T, F]; its reported mean and variance are those of its one real frame, zeros where it has none.
 *
 * @see Laurent et al. 2015, section 3.
 */
export function batchNormalize(options: BatchNormalizeOptions): BatchNormalizeResult {
  const { x, gain, shift, lengths, over, epsilon, epsilonRule = 'variance', stored } = options;
  const [time, batch, features] = [axis(x, 0), axis(x, 1), axis(x, 2)];
  const sets = over === 'frame' ? time : 1;
  const setOf = (t: number): number => (over === 'frame' ? t : 0);
  const mean = array64([sets, features]);
  const variance = array64([sets, features]);
  const rows = array64([sets]);
  const eachReal = (visit: (t: number, b: number) => void): void => {
    for (let t = 0; t < time; t++) {
      for (let b = 0; b < batch; b++) if (!isPadded(lengths, t, b)) visit(t, b);
    }
  };

  eachReal((t) => put(rows, at(rows, setOf(t)) + 1, setOf(t)));
  for (let f = 0; f < features; f++) {
    eachReal((t, b) => {
      const s = setOf(t);
      put(mean, at(mean, s, f) + at(x, t, b, f) / at(rows, s), s, f);
    });
    eachReal((t, b) => {
      const s = setOf(t);
      const square = (at(x, t, b, f) - at(mean, s, f)) ** 2;
      put(variance, at(variance, s, f) + square / at(rows, s), s, f);
    });
  }

  const y = array64(x.shape);
  eachReal((t, b) => {
    const s = setOf(t);
    const few = over === 'frame' && at(rows, s) < 2;
    if (few && stored === undefined) {
      throw new RangeError(`batchNormalize: step ${t} has one real row and nothing is stored.`);
    }
    for (let f = 0; f < features; f++) {
      const m = few && stored !== undefined ? at(stored.mean, t, f) : at(mean, s, f);
      const v = few && stored !== undefined ? at(stored.variance, t, f) : at(variance, s, f);
      const xHat = standardize(at(x, t, b, f), m, v, epsilon, epsilonRule);
      put(y, at(gain, f) * xHat + (shift === undefined ? 0 : at(shift, f)), t, b, f);
    }
  });
  return { y, mean, variance, rows };
}
