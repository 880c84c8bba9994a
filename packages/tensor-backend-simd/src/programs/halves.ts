import { program } from '../threads/program';
import { ownRange } from '../threads/thread';
import { clear } from './clear';
import { operations } from './elementwise';
import { realRows, realRowsAt } from './realRows';

/** The moments of x [T, B, F] over each step, or over all rows together. A thread owns a range of features. */
export const moments = program(
  ['time batch features sequence', 'x lengths', 'mean variance'],
  (thread, { time, batch, features, sequence, x, lengths, mean, variance }) => {
    const [start, end] = ownRange(thread, features, 4);
    const rows = sequence ? time * batch : batch;
    for (let step = 0; step < (sequence ? 1 : time); step++) {
      const row = step * features * 4;
      thread.kernels.moments(
        ...([x + step * rows * features * 4, lengths, batch, step * rows] as const),
        ...([mean + row, variance + row, rows, features, start, end] as const),
      );
    }
  },
);

/**
 * Their gradient: dx = (dMean + 2 · dVariance · (x - mean)) / n on the n real rows, 0 elsewhere.
 *
 * That is a standardization by variance 1 with a gain and a shift of each step; `room` [3, F] takes them.
 */
export const momentsGradient = program(
  ['time batch features sequence', 'x lengths mean dMean dVariance', 'dx room'],
  (thread, given) => {
    const { time, batch, features, sequence, x, lengths, mean, dMean, dVariance, dx, room } = given;
    const { kernels, float32 } = thread;
    const [start, end] = ownRange(thread, features, 4);
    const [gain, shift, ones] = [room, room + features * 4, room + 2 * features * 4];
    float32.fill(1, (ones >>> 2) + start, (ones >>> 2) + end);
    const rows = sequence ? time * batch : batch;
    const scaled = (from: number, factor: number, out: number): void => {
      const own = start * 4;
      kernels.binaryScalar(operations.Multiply, from + own, factor, out + own, end - start);
    };
    for (let step = 0; step < (sequence ? 1 : time); step++) {
      const row = step * features * 4;
      const at = step * rows * features * 4;
      const real = sequence ? realRows(thread, given, time) : realRowsAt(thread, given, step);
      const share = 1 / Math.max(real, 1);
      scaled(dVariance + row, 2 * share, gain);
      scaled(dMean + row, share, shift);
      kernels.standardize(
        ...([x + at, lengths, batch, step * rows, mean + row, ones, gain, shift, dx + at] as const),
        ...([rows, features, start, end, 0, 0] as const),
      );
    }
  },
);

/**
 * The gradient of a standardization by rows of mean and variance that are no constants: what
 * `standardizeStoredGradient` has, and dMean and dVariance [rows, F]. `sums` [2, F] is room.
 *
 *   dMean = - gain · d · Σ dy      dVariance = - gain · d²/(2s) · Σ dy · (x - mean)
 */
export const standardizeGradient = program(
  [
    'time batch features rows epsilon twice',
    'x dy gain lengths mean variance',
    'dx dGain dShift dMean dVariance sums',
  ],
  (thread, given) => {
    const { time, batch, features, rows, epsilon, twice, x, dy, gain, lengths } = given;
    const { mean, variance, dx, dGain, dShift, dMean, dVariance, sums } = given;
    const { kernels, float32 } = thread;
    const [start, end] = ownRange(thread, features, 4);
    const frames = (time / rows) * batch;
    clear(thread, dGain + start * 4, end - start);
    if (dShift !== 0) clear(thread, dShift + start * 4, end - start);
    const value = (offset: number, feature: number): number =>
      float32[(offset >>> 2) + feature] as number;
    for (let row = 0; row < rows; row++) {
      const at = row * frames * features * 4;
      const own = row * features * 4;
      kernels.standardizeGradient(
        ...([x + at, dy + at, lengths, batch, row * frames, mean + own, variance + own] as const),
        ...([gain, dx + at, dGain, dShift, sums, frames, 0, features, start, end] as const),
        ...([epsilon, twice, 1] as const),
      );
      for (let feature = start; feature < end; feature++) {
        const s = Math.sqrt(value(variance + own, feature) + epsilon);
        const d = 1 / (twice ? s + epsilon : s);
        const slope = value(gain, feature) * d;
        float32[((dMean + own) >>> 2) + feature] = -slope * value(sums, feature);
        float32[((dVariance + own) >>> 2) + feature] =
          (-slope * d * value(sums + features * 4, feature)) / (2 * s);
      }
    }
  },
);
