import { expectNumber } from '@bnrnn/core';
import {
  concat,
  ones,
  slice,
  tidy,
  tile,
  zeros,
  type Rank,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { NamedTensors } from './normalizer';

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
 * @param statistics  [rows, ...] each.
 * @returns [time, ...], or [1, ...] where one row serves every step.
 */
export function rowsOfSteps<Statistics extends NamedTensors>(
  statistics: Statistics,
  from: number,
  time: number,
): Statistics {
  return mapTensors(statistics, (values) => rowsOf(values, from, time));
}

/** One row for each of `time` steps, repeating a single one. */
export function oneRowEach<Statistics extends NamedTensors>(
  rows: Statistics,
  time: number,
): Statistics {
  return mapTensors(rows, (values) => repeatRows(values, values.shape[0] === 1 ? time : 1));
}

function mapTensors<Statistics extends NamedTensors>(
  statistics: Statistics,
  map: (values: Tensor) => Tensor,
): Statistics {
  return tidy(() =>
    Object.fromEntries(Object.entries(statistics).map(([name, values]) => [name, map(values)])),
  ) as Statistics;
}

function rowsOf(values: Tensor, from: number, time: number): Tensor {
  const last = values.shape[0] - 1;
  if (from >= last) return slice(values, last, 1);
  const own = Math.min(time, last + 1 - from);
  const head = slice(values, from, own);
  if (own === time) return head;
  return concat([head, repeatRows(slice(values, last, 1), time - own)]);
}

function repeatRows(values: Tensor, times: number): Tensor {
  return tile(
    values,
    values.shape.map((_, axis) => (axis === 0 ? times : 1)),
  );
}
