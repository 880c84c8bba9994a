import { expectNumber } from '@bnrnn/core';
import { fill, tidy, variable, type Variable } from '@tensorflow/tfjs-core';
import type { NormalizerParameters } from './normalizer';

/** New variables: a gain that starts at `gain` everywhere and, where asked for, a shift of zeros. */
export function newParameters(
  caller: string,
  features: number,
  gain: number,
  shift: boolean,
): NormalizerParameters {
  expectNumber(`${caller}: features`, features, { integer: true, min: 1 });
  return shift
    ? { gain: constantVariable(features, gain), shift: constantVariable(features, 0) }
    : { gain: constantVariable(features, gain) };
}

function constantVariable(size: number, value: number): Variable {
  return tidy(() => variable(fill([size], value, 'float32')));
}
