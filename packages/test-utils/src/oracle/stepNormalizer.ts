import { array64, at, axis, put, type Array64 } from '../array64';
import { isPadded, type RowLengths } from './arithmetic';
import { standardize, type EpsilonRule } from './standardize';
import { layerNormalize } from './layerNormalize';

/**
 * Normalizes one step [B, F] inside a recurrence; `step` is the time index, `lengths` the real steps of each row.
 * Rows that are padding come out as zero.
 */
export type StepNormalizer = (x: Array64, step: number, lengths: RowLengths) => Array64;

export interface StepMoments {
  step: number;
  mean: Array64;
  variance: Array64;
  rows: number;
}

/** The normalizer that does nothing. */
export const noStep: StepNormalizer = (x) => x;

export interface BatchStepOptions {
  gain: Array64;
  shift?: Array64 | undefined;
  epsilon: number;
  epsilonRule?: EpsilonRule | undefined;
  /** [S, F]: used by steps with fewer than 2 real rows; the last row repeats. */
  stored?: { mean: Array64; variance: Array64 } | undefined;
  /** True: the stored statistics are used by every step. */
  useStored?: boolean | undefined;
  /** Told the statistics of the real rows of each step. */
  onMoments?: ((moments: StepMoments) => void) | undefined;
}

/**
 * Batch normalization of one step over its real rows.
 *
 *   mean[f] = Σ_b x[b, f] / n     variance[f] = Σ_b (x[b, f] − mean[f])² / n     over the n real rows
 */
export function batchStep(options: BatchStepOptions): StepNormalizer {
  const { gain, shift, epsilon, epsilonRule = 'variance', stored, useStored, onMoments } = options;
  return (x, step, lengths) => {
    const [batch, features] = [axis(x, 0), axis(x, 1)];
    const real = Array.from({ length: batch }, (_, b) => !isPadded(lengths, step, b));
    const rows = real.filter(Boolean).length;
    const mean = array64([features]);
    const variance = array64([features]);
    for (let f = 0; f < features && rows > 0; f++) {
      let sum = 0;
      for (let b = 0; b < batch; b++) if (real[b]) sum += at(x, b, f);
      put(mean, sum / rows, f);
      let squares = 0;
      for (let b = 0; b < batch; b++) if (real[b]) squares += (at(x, b, f) - sum / rows) ** 2;
      put(variance, squares / rows, f);
    }
    onMoments?.({ step, mean, variance, rows });

    const fromStore = useStored === true || rows < 2;
    if (fromStore && rows > 0 && stored === undefined) {
      throw new RangeError(`batchStep: step ${step} has ${rows} real rows and nothing is stored.`);
    }
    const y = array64(x.shape);
    for (let b = 0; b < batch; b++) {
      for (let f = 0; f < features; f++) {
        if (!real[b]) continue;
        const m = fromStore && stored ? storedRow(stored.mean, step, f) : at(mean, f);
        const v = fromStore && stored ? storedRow(stored.variance, step, f) : at(variance, f);
        const xHat = standardize(at(x, b, f), m, v, epsilon, epsilonRule);
        put(y, at(gain, f) * xHat + (shift === undefined ? 0 : at(shift, f)), b, f);
      }
    }
    return y;
  };
}

export interface LayerStepOptions {
  gain: Array64;
  shift?: Array64 | undefined;
  groups: number;
  epsilon: number;
}

/** Layer normalization of each row of one step alone. */
export function layerStep(options: LayerStepOptions): StepNormalizer {
  return (x, step, lengths) => {
    const y = layerNormalize({ x, ...options });
    for (let b = 0; b < axis(x, 0); b++) {
      if (!isPadded(lengths, step, b)) continue;
      for (let f = 0; f < axis(x, 1); f++) put(y, 0, b, f);
    }
    return y;
  };
}

function storedRow(table: Array64, step: number, f: number): number {
  return at(table, Math.min(step, axis(table, 0) - 1), f);
}
