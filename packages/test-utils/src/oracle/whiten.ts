import { array64, at, axis, put, reshape64, type Array64 } from '../array64';
import { isPadded, type RowLengths } from './arithmetic';
import { whiteningMatrices, type WhiteningRule } from './whiteningMatrix';

/** A mean [S, F] and a whitening matrix [S, G, n, n] of each group, for each step or for all. */
export interface Whitening {
  mean: Array64;
  matrix: Array64;
}

export interface WhitenOptions extends WhiteningRule {
  x: Array64;
  gain: Array64;
  shift?: Array64 | undefined;
  lengths?: RowLengths;
  over: 'frame' | 'sequence';
  groupSize: number;
  /** For steps with no more than n real frames, frame-wise; every step where `useStored`. */
  stored?: Whitening | undefined;
  useStored?: boolean | undefined;
}

export interface WhitenResult extends Whitening {
  y: Array64;
  covariance: Array64;
  rows: Array64;
}

/**
 * Whitening of groups of n features over the real frames, per time step ('frame') or over all steps
 * ('sequence').
 *
 *   mean[s] = Σ x / m     C[s, g] = Σ (x_g − mean_g)ᵀ·(x_g − mean_g) / m     m = rows[s]
 *   y = gain · (x_g − mean_g)·A[s, g] + shift, A the `whiteningMatrix` of C, and 0 where padded
 *
 * x and y [T, B, F], gain and shift [F], mean [S, F], covariance and matrix
 * [S, G, n, n], rows [S], S = T for 'frame' and 1 for 'sequence'; `stored` has T rows or one.
 *
 * @see Huang et al. 2018, section 3; docs/strategies.md.
 */
export function whiten(options: WhitenOptions): WhitenResult {
  const { x, gain, shift, lengths, over, groupSize: n, stored, useStored = false } = options;
  const [time, batch, features] = [axis(x, 0), axis(x, 1), axis(x, 2)];
  const sets = over === 'frame' ? time : 1;
  const setOf = (t: number): number => (over === 'frame' ? t : 0);
  const eachReal = (visit: (t: number, b: number) => void): void => {
    for (let t = 0; t < time; t++) {
      for (let b = 0; b < batch; b++) if (!isPadded(lengths, t, b)) visit(t, b);
    }
  };
  const rows = array64([sets]);
  const mean = array64([sets, features]);
  // Row f holds the covariance with each feature of f's group.
  const covariance = array64([sets, features, n]);
  eachReal((t) => put(rows, at(rows, setOf(t)) + 1, setOf(t)));
  for (let f = 0; f < features; f++) {
    eachReal((t, b) => {
      const s = setOf(t);
      put(mean, at(mean, s, f) + at(x, t, b, f) / at(rows, s), s, f);
    });
  }
  for (let f = 0; f < features; f++) {
    const first = f - (f % n);
    eachReal((t, b) => {
      const s = setOf(t);
      for (let j = 0; j < n; j++) {
        const other = at(x, t, b, first + j) - at(mean, s, first + j);
        const both = (at(x, t, b, f) - at(mean, s, f)) * other;
        put(covariance, at(covariance, s, f, j) + both / at(rows, s), s, f, j);
      }
    });
  }

  const matrix = whiteningMatrices(covariance, options);
  const y = array64(x.shape);
  eachReal((t, b) => {
    const s = setOf(t);
    const few = useStored || (over === 'frame' && at(rows, s) <= n);
    if (few && stored === undefined) {
      throw new RangeError(`whiten: step ${t} has ${at(rows, s)} real rows and nothing is stored.`);
    }
    const used = few && stored !== undefined ? stored : { mean, matrix };
    const row = few ? Math.min(t, axis(used.mean, 0) - 1) : s;
    const a = reshape64(used.matrix, [axis(used.mean, 0), features, n]);
    for (let f = 0; f < features; f++) {
      const first = f - (f % n);
      let white = 0;
      for (let j = 0; j < n; j++) {
        white +=
          (at(x, t, b, first + j) - at(used.mean, row, first + j)) *
          at(a, row, first + j, f - first);
      }
      put(y, at(gain, f) * white + (shift === undefined ? 0 : at(shift, f)), t, b, f);
    }
  });
  const blocks = [sets, features / n, n, n];
  return {
    ...{ y, mean, rows },
    covariance: reshape64(covariance, blocks),
    matrix: reshape64(matrix, blocks),
  };
}
