import { batchNorm, type BatchNormOptions } from '@bnrnn/normalization';
import { array64, at, filled, put, toTensor2D, type Array64 } from '@bnrnn/test-utils';
import { batchNormSpec } from '../src/batchNormSpec';

export const time = 7;
export const batch = 4;
export const features = 5;

interface Case {
  readonly name: string;
  readonly options: BatchNormOptions;
  readonly lengths?: readonly number[];
  readonly shift: boolean;
}

// An epsilon as large as the variances shows a rule or a place that is wrong. The lengths leave one
// real row at steps 5 and 6, which frame-wise take the statistics.
export const cases: readonly Case[] = [
  { name: 'frame', options: { over: 'frame', epsilon: 0.1 }, shift: true },
  {
    name: 'frame, padded',
    options: { over: 'frame', epsilon: 0.1, perStep: true, maxSteps: 6 },
    lengths: [7, 5, 4, 2],
    shift: true,
  },
  {
    name: 'frame, padded, double epsilon, shared statistics, no shift',
    options: { over: 'frame', epsilon: 0.1, epsilonRule: 'double' },
    lengths: [3, 5, 4, 7],
    shift: false,
  },
  { name: 'sequence', options: { over: 'sequence', epsilon: 0.1 }, shift: false },
  {
    name: 'sequence, padded, double epsilon',
    options: { over: 'sequence', epsilon: 0.1, epsilonRule: 'double' },
    lengths: [7, 5, 1, 2],
    shift: true,
  },
];

export const x = filled([time, batch, features], 1, -2, 3);
export const gain = filled([features], 2, 0.5, 1.5);
export const shift = filled([features], 3);

/** Rows [rows, features] of a mean and a variance, none of them where training starts. */
function someStatistics(rows: number): { mean: Array64; variance: Array64 } {
  return { mean: filled([rows, features], 4), variance: filled([rows, features], 5, 0.3, 2) };
}

/** Row min(t, rows − 1) for each step t. */
export function spread(table: Array64, steps = time): Array64 {
  const out = array64([steps, features]);
  const last = (table.shape[0] ?? 0) - 1;
  for (let t = 0; t < steps; t++) {
    for (let f = 0; f < features; f++) put(out, at(table, Math.min(t, last), f), t, f);
  }
  return out;
}

/** Everything that one case needs, as float64 and as tensors. */
export function given(testCase: Case) {
  const normalizer = batchNorm(testCase.options);
  const { over, epsilon, epsilonRule } = batchNormSpec(testCase.options);
  const stored = someStatistics(testCase.options.maxSteps ?? 1);
  const statistics = {
    mean: toTensor2D(stored.mean),
    variance: toTensor2D(stored.variance),
  };
  return {
    normalizer,
    rule: { over, epsilon, epsilonRule },
    stored,
    lengths: testCase.lengths,
    statistics,
    padding: testCase.lengths && { lengths: testCase.lengths },
  };
}
