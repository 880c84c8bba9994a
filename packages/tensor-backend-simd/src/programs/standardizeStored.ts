import { program } from '../threads/program';
import { ownRange } from '../threads/thread';
import { clear } from './clear';

/**
 * Standardizes x [T, B, F] by given rows of mean and variance: one for each step, or one for all. A thread
 * owns a range of features.
 */
export const standardizeStored = program(
  ['time batch features rows epsilon twice', 'x gain shift lengths mean variance y'],
  (
    thread,
    { time, batch, features, rows, epsilon, twice, x, gain, shift, lengths, mean, variance, y },
  ) => {
    const [start, end] = ownRange(thread, features, 4);
    const frames = (time / rows) * batch;
    for (let row = 0; row < rows; row++) {
      const at = row * frames * features * 4;
      thread.kernels.standardize(
        x + at,
        lengths,
        batch,
        row * frames,
        mean + row * features * 4,
        variance + row * features * 4,
        gain,
        shift,
        y + at,
        frames,
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
export const standardizeStoredGradient = program(
  [
    'time batch features rows epsilon twice',
    'x dy gain lengths mean variance',
    'dx dGain dShift sums',
  ],
  (thread, given) => {
    const { time, batch, features, rows, epsilon, twice, x, dy, gain, lengths, mean, variance } =
      given;
    const { dx, dGain, dShift, sums } = given;
    const [start, end] = ownRange(thread, features, 4);
    const frames = (time / rows) * batch;
    clear(thread, dGain + start * 4, end - start);
    if (dShift !== 0) clear(thread, dShift + start * 4, end - start);
    for (let row = 0; row < rows; row++) {
      const at = row * frames * features * 4;
      thread.kernels.standardizeGradient(
        x + at,
        dy + at,
        lengths,
        batch,
        row * frames,
        mean + row * features * 4,
        variance + row * features * 4,
        gain,
        dx + at,
        dGain,
        dShift,
        sums,
        frames,
        0,
        features,
        start,
        end,
        epsilon,
        twice,
        1,
      );
    }
  },
);
