import { expectNumber } from '@bnrnn/core';
import type { Matrix } from '../matrix';

export interface DeltaOptions {
  /** How many derivatives follow the static values. Default 2. */
  readonly order?: number;
  /** Frames on each side that one derivative looks at. Default 2. */
  readonly window?: number;
}

/**
 * Appends derivatives over time, as Kaldi's `add-deltas`.
 *
 *   delta[t] = Σ_j j · x[t + j] / Σ_j j²   for j from -window to window
 *
 * Each higher order is one filter over the static values (the first filter convolved with itself), whose first and
 * last frame are repeated past the edges. Sums are float32 in Kaldi's order, each product exact before it is added
 * (its BLAS multiplies and adds in one step).
 *
 * @param features  [frames, columns]; not modified.
 * @returns float32 [frames, columns · (order + 1)]: static values, first derivatives, second ones.
 * @throws UsageError for an order or window that is not a whole number from 0 (1) up.
 */
export function addDeltas(features: Matrix, options: DeltaOptions = {}): Matrix {
  const { order, window } = deltaSettings(options);
  const { rows, columns } = features;
  const reach = order * window;
  const padded = repeatEdges(features, reach);
  const wide = columns * (order + 1);
  const out = new Float32Array(rows * wide);
  deltaFilters(order, window).forEach((filter, degree) => {
    const first = reach - (filter.length - 1) / 2;
    const taps = [...filter.keys()].filter((i) => filter[i] !== 0);
    const scales = Float64Array.from(taps, (i) => filter[i] ?? 0);
    const offsets = Int32Array.from(taps, (i) => (first + i) * columns);
    for (let t = 0; t < rows; t++) {
      const to = t * wide + degree * columns;
      for (let c = 0; c < columns; c++) {
        const from = t * columns + c;
        let sum = 0;
        for (let i = 0; i < scales.length; i++) {
          const value = padded[from + (offsets[i] ?? 0)] ?? 0;
          sum = Math.fround(sum + (scales[i] ?? 0) * value);
        }
        out[to + c] = sum;
      }
    }
  });
  return { rows, columns: wide, data: out };
}

/** The values in float32, the first and the last frame `reach` times more. */
function repeatEdges({ rows, columns, data }: Matrix, reach: number): Float32Array {
  const padded = new Float32Array((rows + 2 * reach) * columns);
  if (rows === 0) return padded;
  padded.set(data, reach * columns);
  for (let i = 0; i < reach; i++) {
    padded.set(data.subarray(0, columns), i * columns);
    padded.set(data.subarray((rows - 1) * columns), (reach + rows + i) * columns);
  }
  return padded;
}

/** The settings with their defaults, checked. */
export function deltaSettings(options: DeltaOptions): { order: number; window: number } {
  return {
    order: expectNumber('addDeltas: order', options.order ?? 2, { integer: true, min: 0, max: 10 }),
    window: expectNumber('addDeltas: window', options.window ?? 2, {
      integer: true,
      min: 1,
      max: 1000,
    }),
  };
}

/** The filter of each order, float32, of length 2 · order · window + 1. */
function deltaFilters(order: number, window: number): Float32Array[] {
  const filters = [Float32Array.of(1)];
  let squares = 0;
  for (let j = -window; j <= window; j++) squares += j * j;
  for (let degree = 1; degree <= order; degree++) {
    const before = filters[degree - 1] ?? Float32Array.of(1);
    const filter = new Float32Array(before.length + 2 * window);
    for (let j = -window; j <= window; j++) {
      before.forEach((value, i) => {
        filter[i + j + window] = (filter[i + j + window] ?? 0) + Math.fround(j * value);
      });
    }
    const normalizer = Math.fround(1 / squares);
    filters.push(filter.map((value) => value * normalizer));
  }
  return filters;
}
