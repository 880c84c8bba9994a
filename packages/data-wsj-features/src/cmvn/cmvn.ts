import { DataError, ShapeError } from '@bnrnn/core';
import type { Matrix } from '../matrix';

/** What is made alike over a speaker: only the means, or also the variances. */
export type CmvnKind = 'means' | 'means and variances';

/** Kaldi's floor: a feature that is constant over a speaker is not blown up further. */
const leastVariance = 1e-20;

/**
 * Adds the frames of a matrix to statistics for mean and variance normalization, as Kaldi's `compute-cmvn-stats`.
 *
 * Statistics are a float64 matrix [2, columns + 1]: sums, and the number of frames in the last column; below them
 * sums of squares (each square rounded to float32, as Kaldi does), and 0.
 *
 * @param statistics  what was gathered before, not modified; left out, nothing.
 * @throws ShapeError when they are of features with other columns.
 */
export function accumulateCmvn(features: Matrix, statistics?: Matrix): Matrix {
  const { rows, columns, data } = features;
  const wide = columns + 1;
  if (statistics !== undefined && (statistics.rows !== 2 || statistics.columns !== wide)) {
    throw new ShapeError(
      `accumulateCmvn: statistics are [${statistics.rows}, ${statistics.columns}], expected [2, ${wide}] for ${columns} columns.`,
    );
  }
  const sums =
    statistics === undefined ? new Float64Array(2 * wide) : Float64Array.from(statistics.data);
  for (let t = 0; t < rows; t++) {
    for (let c = 0; c < columns; c++) {
      const value = data[t * columns + c] ?? 0;
      sums[c] = (sums[c] ?? 0) + value;
      sums[wide + c] = (sums[wide + c] ?? 0) + Math.fround(value * value);
    }
  }
  sums[columns] = (sums[columns] ?? 0) + rows;
  return { rows: 2, columns: wide, data: sums };
}

/**
 * Subtracts the mean of each feature and, with `means and variances`, divides by its standard deviation, as Kaldi's
 * `apply-cmvn`.
 *
 *   mean = sum / count      variance = max(squares / count − mean², 1e-20)      y = (x − mean) [ / sqrt(variance) ]
 *
 * @param features    float32 [frames, columns]; not modified.
 * @param statistics  [2, columns + 1] as `accumulateCmvn` gives them ([1, columns + 1] is enough for means).
 * @param kind        default `means`, as in Kaldi.
 * @returns float32, rounded where Kaldi rounds.
 * @throws DataError when the statistics have other sizes, are of less than one frame or not finite.
 */
export function applyCmvn(features: Matrix, statistics: Matrix, kind: CmvnKind = 'means'): Matrix {
  const { rows, columns } = features;
  const { scale, offset } = cmvnTransform(statistics, columns, kind);
  const data = new Float32Array(features.data);
  for (let t = 0, i = 0; t < rows; t++) {
    for (let c = 0; c < columns; c++, i++) {
      const scaled = scale === undefined ? data[i] : Math.fround((data[i] ?? 0) * (scale[c] ?? 1));
      data[i] = (scaled ?? 0) + (offset[c] ?? 0);
    }
  }
  return { rows, columns, data };
}

/** The factor (none for means alone) and summand of each feature, float32. */
function cmvnTransform(
  statistics: Matrix,
  columns: number,
  kind: CmvnKind,
): { scale: Float32Array | undefined; offset: Float32Array } {
  const wrong = cmvnFault(statistics, columns, kind);
  if (wrong !== undefined) throw new DataError(`applyCmvn: the statistics ${wrong}.`);
  const { data } = statistics;
  const count = data[columns] ?? 0;
  const sums = data.subarray(0, columns);
  if (kind === 'means') {
    // Kaldi multiplies by -1 / count in float32.
    const share = Math.fround(-1 / count);
    return { scale: undefined, offset: Float32Array.from(sums, (sum) => share * sum) };
  }
  const scale = new Float32Array(columns);
  const offset = new Float32Array(columns);
  sums.forEach((sum, c) => {
    const mean = sum / count;
    const squares = data[columns + 1 + c] ?? 0;
    const factor = 1 / Math.sqrt(Math.max(squares / count - mean * mean, leastVariance));
    scale[c] = factor;
    offset[c] = -(mean * factor);
  });
  return { scale, offset };
}

/** What keeps statistics from normalizing features of so many columns, as the end of a sentence; undefined: nothing. */
export function cmvnFault(
  { rows, columns: wide, data }: Matrix,
  columns: number,
  kind: CmvnKind,
): string | undefined {
  const least = kind === 'means' ? 1 : 2;
  if (wide !== columns + 1 || rows < least || rows > 2) {
    return `are [${rows}, ${wide}], expected [2, ${columns + 1}] for ${columns} columns`;
  }
  if (!data.every(Number.isFinite)) return 'hold values that are not finite';
  const count = data[columns] ?? 0;
  return count >= 1 ? undefined : `are of ${count} frames, expected those of at least one`;
}
