import { program } from '../threads/program';
import { ownRange, type Thread } from '../threads/thread';
import { clear } from './clear';

/*
 * Batch normalization of x [T, B, F] whose rows are parts of a batch of many ranks, in the halves between which they
 * meet. `sums` is float64, and what the ranks sum: [2, groups, F] numbers and, forward, each group's rows behind them. A
 * group is a step or, sequence-wise, all steps. A thread owns a range of features.
 */

/** Each group's rows, Σ x and Σ x² of this rank; `mean` and `variance` [groups, F] are room for its own moments. */
export const momentSums = program(
  ['time batch features sequence', 'x lengths', 'mean variance sums'],
  (thread, { time, batch, features, sequence, x, lengths, mean, variance, sums }) => {
    const { kernels } = thread;
    const [start, end] = ownRange(thread, features, 4);
    const groups = sequence ? 1 : time;
    const rows = (time / groups) * batch;
    const counts = countsOf(thread, sums, groups, features);
    for (let group = 0; group < groups; group++) {
      const own = group * features * 4;
      const columns = [start, end] as const;
      const real = kernels.moments(
        ...([x + group * rows * features * 4, lengths, batch, group * rows] as const),
        ...([mean + own, variance + own, rows, features, ...columns] as const),
      );
      const [first, second] = sumsOf(sums, group, groups, features);
      kernels.momentSums(mean + own, variance + own, real, first, second, ...columns);
      if (thread.part === 0) counts[group] = real;
    }
  },
);

/**
 * y of all ranks' sums, with their moments and `rows` [groups]. `storedMean` and `storedVariance` [storedRows, F], 0 for
 * none, stand in at frame-wise steps with fewer than 2 real rows: one row for each step, or one for all.
 */
export const standardizeBySums = program(
  [
    'time batch features sequence epsilon twice storedRows',
    'x gain shift lengths storedMean storedVariance sums',
    'y mean variance rows',
  ],
  (thread, given) => {
    const { time, batch, features, sequence, epsilon, twice, x, gain, shift, lengths } = given;
    const { sums, y, mean, variance, rows: rowsOut } = given;
    const { kernels, float32 } = thread;
    const [start, end] = ownRange(thread, features, 4);
    const groups = sequence ? 1 : time;
    const rows = (time / groups) * batch;
    const counts = countsOf(thread, sums, groups, features);
    for (let group = 0; group < groups; group++) {
      const own = group * features * 4;
      const at = group * rows * features * 4;
      const real = counts[group] as number;
      const [first, second] = sumsOf(sums, group, groups, features);
      kernels.momentsOfSums(first, second, real, mean + own, variance + own, start, end);
      const used = statisticsOf(given, group, real);
      kernels.standardize(
        ...([x + at, lengths, batch, group * rows, used.mean, used.variance] as const),
        ...([gain, shift, y + at, rows, features, start, end, epsilon, twice] as const),
      );
      if (thread.part === 0) float32[(rowsOut >>> 2) + group] = real;
    }
  },
);

/** dGain and dShift [F] (dShift 0 for none) of this rank, and its Σ dy and Σ dy · (x - mean); `room` is [2, F]. */
export const gradientSums = program(
  [
    'time batch features sequence epsilon twice storedRows',
    'x dy lengths storedMean storedVariance mean variance rows',
    'dGain dShift sums room',
  ],
  (thread, given) => {
    const { time, batch, features, sequence, epsilon, twice, x, dy, lengths } = given;
    const { dGain, dShift, sums, room } = given;
    const { kernels } = thread;
    const [start, end] = ownRange(thread, features, 4);
    const groups = sequence ? 1 : time;
    const rows = (time / groups) * batch;
    clear(thread, dGain + start * 4, end - start);
    if (dShift !== 0) clear(thread, dShift + start * 4, end - start);
    for (let group = 0; group < groups; group++) {
      const at = group * rows * features * 4;
      const used = statisticsOf(given, group, rowsOf(thread, given, group));
      kernels.standardizeSums(
        ...([x + at, dy + at, lengths, batch, group * rows, used.mean, used.variance] as const),
        ...([dGain, dShift, room, rows, features, start, end, epsilon, twice] as const),
      );
      const [first, second] = sumsOf(sums, group, groups, features);
      kernels.widen(room, first, start, end);
      kernels.widen(room + features * 4, second, start, end);
    }
  },
);

/** dx [T, B, F] of all ranks' sums; `room` is [2, F]. */
export const gradientBySums = program(
  [
    'time batch features sequence epsilon twice storedRows',
    'x dy gain lengths storedMean storedVariance mean variance rows',
    'sums dx room',
  ],
  (thread, given) => {
    const { time, batch, features, sequence, epsilon, twice, x, dy, gain, lengths } = given;
    const { sums, dx, room } = given;
    const { kernels } = thread;
    const [start, end] = ownRange(thread, features, 4);
    const groups = sequence ? 1 : time;
    const rows = (time / groups) * batch;
    for (let group = 0; group < groups; group++) {
      const at = group * rows * features * 4;
      const real = rowsOf(thread, given, group);
      const used = statisticsOf(given, group, real);
      const [first, second] = sumsOf(sums, group, groups, features);
      kernels.narrow(first, room, start, end);
      kernels.narrow(second, room + features * 4, start, end);
      kernels.standardizeInputGradient(
        ...([x + at, dy + at, lengths, batch, group * rows, used.mean, used.variance] as const),
        ...([gain, dx + at, room, rows, real, features, start, end] as const),
        ...([epsilon, twice, used.isStored] as const),
      );
    }
  },
);

/** The two rows of a group's sums. */
function sumsOf(sums: number, group: number, groups: number, features: number): [number, number] {
  return [sums + group * features * 8, sums + (groups + group) * features * 8];
}

/** Each group's rows behind the sums. */
function countsOf(
  { float32 }: Thread,
  sums: number,
  groups: number,
  features: number,
): Float64Array {
  return new Float64Array(float32.buffer, sums + 2 * groups * features * 8, groups);
}

function rowsOf({ float32 }: Thread, { rows }: { rows: number }, group: number): number {
  return float32[(rows >>> 2) + group] as number;
}

interface Statistics {
  readonly features: number;
  readonly sequence: number;
  readonly storedRows: number;
  readonly storedMean: number;
  readonly storedVariance: number;
  readonly mean: number;
  readonly variance: number;
}

/** The mean and variance that a group of so many rows is standardized by; `isStored` is 0 or 1. */
function statisticsOf(
  given: Statistics,
  group: number,
  rows: number,
): { mean: number; variance: number; isStored: number } {
  const { features, sequence, storedRows, storedMean, storedVariance, mean, variance } = given;
  if (sequence || rows >= 2 || storedMean === 0) {
    const own = group * features * 4;
    return { mean: mean + own, variance: variance + own, isStored: 0 };
  }
  const row = (storedRows === 1 ? 0 : group) * features * 4;
  return { mean: storedMean + row, variance: storedVariance + row, isStored: 1 };
}
