import { expectNumber } from '@bnrnn/core';
import {
  div,
  greater,
  isFinite,
  logicalAnd,
  maximum,
  where,
  zerosLike,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { defineOp } from '../dispatch/defineOp';
import { runOp } from '../dispatch/runOp';

/** The smallest normal float32: a factor below it could become 0, which means that nothing may change. */
export const smallestClip = 2 ** -126;

/** See `clipFactor`. */
export const clipFactorOp = defineOp<{ maxNorm: number }>()({
  name: 'clipFactor',
  inputs: { loss: '...', norm: '...' },
  optional: {},
  outputs: { factor: '...' },
  constants: ['loss', 'norm'],
  fallback({ loss, norm }, { maxNorm }) {
    const clipped = maximum(div(maxNorm, norm), smallestClip);
    const factor = where(greater(norm, maxNorm), clipped, 1);
    const usable = logicalAnd(isFinite(loss), isFinite(norm));
    return { factor: where(usable, factor, zerosLike(factor)) };
  },
});

export interface ClipFactorOptions {
  loss: Tensor;
  norm: Tensor;
  maxNorm?: number | undefined;
}

/**
 * The factor of a step's gradients, computed where they are: nothing is read.
 *
 *   clip = maxNorm / norm where norm > maxNorm, otherwise 1;     0 where loss or norm is not finite
 *
 * An optimizer's step that is given a factor of 0 changes nothing, so that the parameters before a loss that is not
 * a number outlive it.
 *
 * @param options.loss     float32 scalar.
 * @param options.norm     float32 scalar, as `globalNorm` gives it.
 * @param options.maxNorm  the largest norm that is left as it is; all when absent.
 * @returns float32 scalar.
 * @throws UsageError for a threshold that is not above 0.
 * @see Pascanu, Mikolov, Bengio 2013, algorithm 1.
 */
export function clipFactor({ loss, norm, maxNorm = Infinity }: ClipFactorOptions): Scalar {
  if (maxNorm !== Infinity) expectNumber('clipFactor: maxNorm', maxNorm, { above: 0 });
  return runOp(clipFactorOp, { loss, norm }, { maxNorm }).factor as Scalar;
}
