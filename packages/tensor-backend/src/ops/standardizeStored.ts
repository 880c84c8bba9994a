import { expectNumber, expectShape, paddedLengths, type GivenLengths } from '@bnrnn/core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { standardizeRows, type StandardizeAttributes } from './standardizeRows';

/** See `standardizeStored`. */
export const standardizeStoredOp = defineOp<StandardizeAttributes>()({
  name: 'standardizeStored',
  inputs: {
    x: 'time batch features',
    gain: 'features',
    mean: 'rows features',
    variance: 'rows features',
  },
  optional: { shift: 'features' },
  outputs: { y: 'time batch features' },
  constants: ['mean', 'variance'],
  fallback: (inputs, attributes) => ({ y: standardizeRows(inputs, attributes, 'constant') }),
});

export interface StandardizeStoredOptions {
  x: Tensor3D;
  gain: Tensor1D;
  shift?: Tensor1D | undefined;
  lengths?: GivenLengths | undefined;
  mean: Tensor2D;
  variance: Tensor2D;
  epsilon: number;
  epsilonRule: 'variance' | 'double';
}

/**
 * Standardizes each feature with given statistics, where `batchNormalize` takes the mini-batch's own.
 *
 *   y[t,b,f] = gain[f]·(x[t,b,f] − mean[t,f]) / s[t,f] + shift[f]
 *   s = sqrt(variance + epsilon)            rule `variance`
 *   s = sqrt(variance + epsilon) + epsilon  rule `double`
 *
 * What padded rows hold, even not a number, changes nothing.
 *
 * @param options.x         float32 [time, batch, features].
 * @param options.gain      float32 [features].
 * @param options.shift     float32 [features]; 0 when absent.
 * @param options.lengths   real steps of each row; all when absent.
 * @param options.mean      float32 [time, features], or [1, features] for every step; a constant for
 *   the gradient.
 * @param options.variance  the same.
 * @returns float32 like x, 0 where padded.
 * @throws ShapeError when sizes disagree; UsageError for a length outside 0 to time.
 * @see Ioffe, Szegedy 2015, algorithm 2; docs/deviations.md for the two rules.
 */
export function standardizeStored(options: StandardizeStoredOptions): Tensor3D {
  const { x, gain, shift, mean, variance, epsilon, epsilonRule } = options;
  expectShape('standardizeStored', 'x', x, { time: null, batch: null, features: null });
  const [time, batch] = x.shape;
  if (mean.shape[0] !== 1) expectShape('standardizeStored', 'mean', mean, { time, features: null });
  expectNumber('standardizeStored: epsilon', epsilon, { min: 0 });
  const lengths = paddedLengths('standardizeStored', options.lengths, { time, batch });
  const inputs = { x, gain, mean, variance, shift };
  return runOp(standardizeStoredOp, inputs, { epsilon, epsilonRule, lengths }).y;
}
