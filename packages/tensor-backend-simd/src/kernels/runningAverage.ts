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
      const steps = stepsThatWeigh(weights, row, end);
      const [only] = steps;
      if (only === undefined) continue;
      let [average, from]: [Values, number] = [measured, only * features];
      if (steps.length > 1) {
        averageSteps(measured, steps, weights, averages);
        [average, from] = [averages, 0];
      }
      for (let f = 0, at = row * features; f < features; f++, at++) {
        const value = before[at] as number;
        // Rounded as float32 operations round, so that a row of one step has the bits of the fallback.
        const change = Math.fround(Math.fround(average[from + f] as number) - value);
        after[at] = value + Math.fround(change * share);
      }
    }
    return { next };
  },
});

type Values = Readonly<Record<number, number>>;

/** The steps of a row that weigh something. */
function stepsThatWeigh(weights: readonly number[], start: number, end: number): number[] {
  const steps: number[] = [];
  for (let step = start; step < end; step++) if (weights[step] !== 0) steps.push(step);
  return steps;
}

/** The average of steps by weight, [features]. */
function averageSteps(
  measured: Values,
  steps: readonly number[],
  weights: readonly number[],
  averages: Float64Array,
): void {
  const features = averages.length;
  const total = steps.reduce((sum, step) => sum + (weights[step] as number), 0);
  averages.fill(0);
  for (const step of steps) {
    const [part, start] = [(weights[step] as number) / total, step * features];
    for (let f = 0; f < features; f++) {
      averages[f] = (averages[f] as number) + part * (measured[start + f] as number);
    }
  }
}
