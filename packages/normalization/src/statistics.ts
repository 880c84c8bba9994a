import { expectNumber } from '@bnrnn/core';
import {
  concat,
  ones,
  slice,
  tidy,
  tile,
  zeros,
  type Rank,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** The statistics of batch normalization. A type alias, so that `tidy` takes it. */
export type BatchStatistics = {
  /** float32 [rows, features] */
  readonly mean: Tensor2D;
  /** float32 [rows, features], biased (divided by the count) */
  readonly variance: Tensor2D;
};

/** BatchStatistics before training: mean 0 and variance 1, so that stored statistics change nothing yet. */
export function startStatistics(caller: string, features: number, rows: number): BatchStatistics {
  expectNumber(`${caller}: features`, features, { integer: true, min: 1 });
  expectNumber(`${caller}: maxSteps`, rows, { integer: true, min: 1 });
  return tidy(() => ({
    mean: zeros<Rank.R2>([rows, features]),
    variance: ones<Rank.R2>([rows, features]),
  }));
}

/**
 * The rows of steps `from` to `from + time − 1`: row `min(step, rows − 1)` each.
 *
 * @returns [time, features], or [1, features] where one row serves every step.
 */
export function rowsOfSteps(
  statistics: BatchStatistics,
  from: number,
  time: number,
): BatchStatistics {
  return tidy(() => ({
    mean: rowsOf(statistics.mean, from, time),
    variance: rowsOf(statistics.variance, from, time),
  }));
}

/** One row for each of `time` steps, repeating a single one. */
export function oneRowEach(rows: BatchStatistics, time: number): BatchStatistics {
  const repeats = rows.mean.shape[0] === 1 ? time : 1;
  return tidy(() => ({
    mean: tile(rows.mean, [repeats, 1]),
    variance: tile(rows.variance, [repeats, 1]),
  }));
}

function rowsOf(values: Tensor2D, from: number, time: number): Tensor2D {
  const last = values.shape[0] - 1;
  if (from >= last) return slice(values, [last, 0], [1, -1]);
  const own = Math.min(time, last + 1 - from);
  const head = slice(values, [from, 0], [own, -1]);
  if (own === time) return head;
  return concat([head, tile(slice(values, [last, 0], [1, -1]), [time - own, 1])]);
}
