import { expectShape, UsageError } from '@bnrnn/core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { NamedTensors } from './normalizer';

/** Checked weights; `shift` is a missing key, never `undefined`, where there is none. */
export interface CheckedWeights {
  readonly gain: Tensor1D;
  readonly shift?: Tensor1D;
}

/** Checks the trained parameters that `apply` was given against x's features. */
export function expectWeights(
  caller: string,
  parameters: NamedTensors,
  features: number,
): CheckedWeights {
  const { gain, shift } = parameters;
  if (gain === undefined) {
    throw new UsageError(
      `${caller}: parameters.gain is missing, expected [features=${features}].`,
      {
        hint: 'Make the parameters with the same normalizer: normalizer.init(features, { shift }).',
      },
    );
  }
  expectShape(caller, 'parameters.gain', gain, { features });
  if (shift === undefined) return { gain: gain as Tensor1D };
  expectShape(caller, 'parameters.shift', shift, { features });
  return { gain: gain as Tensor1D, shift: shift as Tensor1D };
}
