import { expectNumber } from '@bnrnn/core';
import { fill, tidy, zeros } from '@tensorflow/tfjs-core';
import type { NamedTensors } from './normalizer';

/** A gain that starts at `gain` everywhere and, where asked for, a shift of zeros; [features] each. */
export function newParameters(
  caller: string,
  features: number,
  gain: number,
  shift: boolean,
): NamedTensors {
  expectNumber(`${caller}: features`, features, { integer: true, min: 1 });
  return tidy(() => ({
    gain: fill([features], gain, 'float32'),
    ...(shift && { shift: zeros([features]) }),
  }));
}
