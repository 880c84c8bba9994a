import { at, map64, type Array64 } from '../array64';

export interface RunningAverageOptions {
  old: Array64;
  values: Array64;
  weights: readonly number[];
  decay: number;
}

/** next[r,f] = decay·old[r,f] + (1 − decay)·Σ weight·value / Σ weight, over the steps t with min(t, rows − 1) = r. */
export function runningAverage({ old, values, weights, decay }: RunningAverageOptions): Array64 {
  const [rows = 0, features = 0] = old.shape;
  return map64(old, (before, i) => {
    const [row, feature] = [Math.floor(i / features), i % features];
    let [sum, total] = [0, 0];
    weights.forEach((weight, step) => {
      if (Math.min(step, rows - 1) !== row || weight === 0) return;
      sum += weight * at(values, step, feature);
      total += weight;
    });
    return total === 0 ? before : decay * before + ((1 - decay) * sum) / total;
  });
}
