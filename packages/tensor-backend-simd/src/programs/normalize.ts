import { program } from '../threads/program';
import { ownRange, type Thread } from '../threads/thread';
import { clear } from './clear';
import { realRows, realRowsAt } from './realRows';

/**
 * Batch normalization of x [T, B, F]: frame-wise (each step its own moments) or sequence-wise (all rows
 * together). A thread owns a range of features.
 *
 * `storedMean`, `storedVariance` [T, F] (0 for none) stand in at frame-wise steps with fewer than 2 real rows.
 */
export const batchNormalize = program(
  [
    'time batch features sequence epsilon twice',
    'x gain shift lengths storedMean storedVariance',
    'y mean variance',
  ],
  (thread, given) => {
    const { time, batch, features, sequence, epsilon, twice, x, gain, shift, lengths } = given;
    const { storedMean, storedVariance, y, mean, variance } = given;
    const { kernels } = thread;
    const [start, end] = ownRange(thread, features, 4);
    const steps = sequence ? 1 : time;
    const rows = sequence ? time * batch : batch;
    for (let step = 0; step < steps; step++) {
      const at = step * rows * features * 4;
      const padding = [lengths, batch, step * rows] as const;
      const stepMean = mean + step * features * 4;
      const stepVariance = variance + step * features * 4;
      const real = kernels.moments(
        x + at,
        ...padding,
        stepMean,
        stepVariance,
        rows,
        features,
        start,
        end,
      );
      const replaced = real < 2 && storedMean !== 0;
      kernels.standardize(
        x + at,
        ...padding,
        replaced ? storedMean + step * features * 4 : stepMean,
        replaced ? storedVariance + step * features * 4 : stepVariance,
        gain,
        shift,
        y + at,
        rows,
        features,
        start,
        end,
        epsilon,
        twice,
      );
    }
  },
);

/** Its gradient: dx [T, B, F], dGain and dShift [F] (dShift 0 for none); `sums` [2, F] is room. */
export const batchNormalizeGradient = program(
  [
    'time batch features sequence epsilon twice',
    'x dy gain lengths storedMean storedVariance mean variance',
    'dx dGain dShift sums',
  ],
  (thread, given) => {
    const { time, batch, features, sequence, epsilon, twice, x, dy, gain, lengths } = given;
    const { storedMean, storedVariance, mean, variance, dx, dGain, dShift, sums } = given;
    const { kernels } = thread;
    const [start, end] = ownRange(thread, features, 4);
    const steps = sequence ? 1 : time;
    const rows = sequence ? time * batch : batch;
    clear(thread, dGain + start * 4, end - start);
    if (dShift !== 0) clear(thread, dShift + start * 4, end - start);
    for (let step = 0; step < steps; step++) {
      const at = step * rows * features * 4;
      const row = step * features * 4;
      const real = sequence ? realRows(thread, given, time) : realRowsAt(thread, given, step);
      const replaced = real < 2 && storedMean !== 0;
      kernels.standardizeGradient(
        x + at,
        dy + at,
        lengths,
        batch,
        step * rows,
        (replaced ? storedMean : mean) + row,
        (replaced ? storedVariance : variance) + row,
        gain,
        dx + at,
        dGain,
        dShift,
        sums,
        rows,
        real,
        features,
        start,
        end,
        epsilon,
        twice,
        Number(replaced),
      );
    }
  },
);

/** Layer normalization; a thread owns a range of rows. */
export const layerNormalize = program(
  ['rows batch features groups epsilon center x gain shift lengths y'],
  (thread, given) => {
    const { rows, batch, features, groups, epsilon, center, x, gain, shift, lengths, y } = given;
    const [start, end] = ownRange(thread, rows);
    thread.kernels.layerNormalize(
      ...([x, gain, shift, lengths, batch, 0, y, start, end] as const),
      ...([features, groups, epsilon, center] as const),
    );
  },
);

/** Its gradient. `partial` [threads, 2, F] takes each thread's share of dGain and dShift, added up at the end. */
export const layerNormalizeGradient = program(
  ['rows batch features groups epsilon center x dy gain lengths', 'dx dGain dShift partial'],
  (thread, given) => {
    const { rows, batch, features, groups, epsilon, center, x, dy, gain, lengths } = given;
    const { dx, dGain, dShift, partial } = given;
    const { kernels } = thread;
    const [start, end] = ownRange(thread, rows);
    const own = partial + thread.part * 2 * features * 4;
    clear(thread, own, 2 * features);
    kernels.layerNormalizeGradient(
      x,
      dy,
      gain,
      lengths,
      batch,
      0,
      dx,
      own,
      dShift && own + features * 4,
      start,
      end,
      features,
      groups,
      epsilon,
      center,
    );
    thread.barrier();
    sumPartials(thread, partial, dGain, dShift, features);
  },
);

/** dGain and dShift (0 for none) from each thread's share, `partial` [threads, 2, F]. */
export function sumPartials(
  thread: Thread,
  partial: number,
  dGain: number,
  dShift: number,
  features: number,
): void {
  const { kernels, parts } = thread;
  if (thread.part !== 0) return;
  clear(thread, dGain, features);
  kernels.addRows(partial, dGain, parts, 2 * features, 0, features);
  if (dShift === 0) return;
  clear(thread, dShift, features);
  kernels.addRows(partial + features * 4, dShift, parts, 2 * features, 0, features);
}
