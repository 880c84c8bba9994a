import { expectNumber, expectShape, paddedLengths, type GivenLengths } from '@bnrnn/core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';
import { standardizeRows, type StandardizeAttributes } from './standardizeRows';

/** Both ops but for what their gradient flows through. */
function standardizeOpOf<const Constant extends 'mean' | 'variance' = never>(
  name: string,
  constants: readonly Constant[],
) {
  const statistics = constants.length === 0 ? 'differentiable' : 'constant';
  return defineOp<StandardizeAttributes>()({
    name,
    inputs: {
      x: 'time batch features',
      gain: 'features',
      mean: 'rows features',
      variance: 'rows features',
    },
    optional: { shift: 'features' },
    outputs: { y: 'time batch features' },
    constants,
    fallback: (inputs, attributes) => ({ y: standardizeRows(inputs, attributes, statistics) }),
  });
}

/** See `standardize`. */
export const standardizeOp = standardizeOpOf('standardize', []);

/** See `standardizeStored`. */
export const standardizeStoredOp = standardizeOpOf('standardizeStored', ['mean', 'variance']);

export interface StandardizeOptions {
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
 * Standardizes each feature with moments that a gradient flows through: the second half of `batchNormalize`, for
 * whoever has more rows elsewhere.
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
 * @param options.mean      float32 [time, features], or [1, features] for every step.
 * @param options.variance  the same.
 * @returns float32 like x, 0 where padded.
 * @throws ShapeError when sizes disagree; UsageError for a length outside 0 to time.
 * @see `moments`; Ioffe, Szegedy 2015; docs/deviations.md for the two rules.
 */
export function standardize(options: StandardizeOptions): Tensor3D {
  return run(standardizeOp, options);
}

/**
 * Standardizes each feature with statistics that are constants of the gradient, where `batchNormalize` takes the
 * mini-batch's own. Formula, shapes and errors are those of `standardize`.
 *
 * @see Ioffe, Szegedy 2015, algorithm 2.
 */
export function standardizeStored(options: StandardizeOptions): Tensor3D {
  return run(standardizeStoredOp, options);
}

function run(op: typeof standardizeStoredOp, options: StandardizeOptions): Tensor3D {
  const { x, gain, shift, mean, variance, epsilon, epsilonRule } = options;
  expectShape(op.name, 'x', x, { time: null, batch: null, features: null });
  const [time, batch] = x.shape;
  if (mean.shape[0] !== 1) expectShape(op.name, 'mean', mean, { time, features: null });
  expectNumber(`${op.name}: epsilon`, epsilon, { min: 0 });
  const lengths = paddedLengths(op.name, options.lengths, { time, batch });
  return runOp(op, { x, gain, mean, variance, shift }, { epsilon, epsilonRule, lengths }).y;
}
