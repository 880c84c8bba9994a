import { UsageError } from '@bnrnn/core';
import {
  clone,
  div,
  mul,
  norm,
  ones,
  sqrt,
  square,
  sum,
  tidy,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { NamedTensors, Normalizer } from './normalizer';
import type { BuiltInStrategy } from './normalizerStrategy';

export const weightStrategy = {
  kind: 'weight',
  settings: {},
  parameterShapes: (features: number) => ({ gain: [features] }),
  create: weight,
} as const satisfies BuiltInStrategy;

/**
 * Weight normalization: splits the weights of each output into a length and a direction.
 *
 *   W[:,f] = gain[f]·V[:,f] / ‖V[:,f]‖     V the layer's weights [inputs, features], gain [features]
 *
 * It normalizes the weights of W·x or U·h, not their values: the layer keeps its bias, the fused scan
 * runs as without it, and an output depends on its own row alone. The gain starts at the length of
 * the weights, so that a model starts as the same function as without it. There are no statistics.
 *
 * @see Salimans and Kingma 2016, section 2 (without its start by data).
 */
export function weight(): Normalizer {
  return {
    spec: { kind: 'weight' },
    needs: 'row',
    init: (features, { weights }) => ({
      parameters: {
        gain: weights === undefined ? ones([features]) : tidy(() => norm(weights, 2, 0)),
      },
      statistics: {},
    }),
    apply: (x) => ({ y: clone(x) }),
    mapWeights: (weights, parameters) =>
      tidy(() => {
        const lengths = sqrt(sum(square(weights), 0));
        return mul<Tensor2D>(weights, div(expectGain(parameters, weights), lengths));
      }),
  };
}

function expectGain({ gain }: NamedTensors, { shape: [, features] }: Tensor2D): Tensor1D {
  if (gain?.size === features) return gain as Tensor1D;
  throw new UsageError(
    `weight.mapWeights: parameters.gain is ${gain === undefined ? 'missing' : `[${gain.shape.join()}]`}, expected [features=${features}].`,
    { hint: 'Make the parameters with the same normalizer: normalizer.init(features, options).' },
  );
}
