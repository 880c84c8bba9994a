import { runningAverageOp } from '@bnrnn/tensor-backend';
import { opKernel } from './kernel';

/** One update of stored statistics, on this thread: they are few. Averages are summed in float64. */
export const runningAverage = opKernel(runningAverageOp, {
  run(backend, { inputs: { old, values }, attributes: { weights, decay } }) {
    const [rows, features] = old.shape;
    const next = backend.allocate(old.shape);
    const [before, measured] = [backend.view(old), backend.view(values)];
    const after = backend.view(next);
    const share = Math.fround(1 - decay);
    const averages = new Float64Array(features);
    after.set(before);
    for (let row = 0; row < rows; row++) {
      const end = row === rows - 1 ? weights.length : Math.min(row + 1, weights.length);
      const own = weights.slice(row, end);
      const total = own.reduce((sum, weight) => sum + weight, 0);
      if (total === 0) continue;
      averages.fill(0);
      own.forEach((weight, k) => {
        if (weight === 0) return;
        const [part, start] = [weight / total, (row + k) * features];
        for (let f = 0; f < features; f++) {
          averages[f] = (averages[f] as number) + part * (measured[start + f] as number);
        }
      });
      for (let f = 0, at = row * features; f < features; f++, at++) {
        const value = before[at] as number;
        // Rounded as float32 operations round, so that a row of one step has the bits of the fallback.
        const change = Math.fround(Math.fround(averages[f] as number) - value);
        after[at] = value + Math.fround(change * share);
      }
    }
    return { next };
  },
});
