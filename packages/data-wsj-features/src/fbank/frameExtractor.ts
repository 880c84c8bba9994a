import { randomStream } from '@bnrnn/core';
import type { FilterbankOptions } from './filterbankOptions';
import type { FrameLayout } from './frameLayout';
import { windowFunction } from './windowFunction';

/** 2^-23: what Kaldi floors energies at before a logarithm. */
export const smallestEnergy = 2 ** -23;

/** Writes a frame, ready for the Fourier transform, to the front of `out`; returns its log energy. */
export type FrameExtractor = (frame: number, out: Float64Array) => number;

/**
 * Makes the function that takes one recording's frames out, in Kaldi's order: noise, mean removed, raw
 * energy, pre-emphasis, window, energy.
 *
 * @param samples  int16 [samples], mirrored past the ends (−1 is 0, −2 is 1).
 * @param name  of the utterance: the noise is a function of it, the seed and the frame alone.
 */
export function frameExtractor(
  options: Required<FilterbankOptions>,
  layout: FrameLayout,
): (samples: Int16Array, name: string) => FrameExtractor {
  const { dither, preEmphasis, removeDcOffset, rawEnergy, seed } = options;
  const { length } = layout;
  const weights = windowFunction(options.window, length, options.blackmanCoefficient);

  return (samples, name) => {
    const noise = randomStream(`dither.${name}`, seed);
    return (frame, out) => {
      copyMirrored(samples, layout.begin(frame), length, out);
      if (dither > 0) {
        const draws = noise.normal(length, 0, dither, frame);
        for (let i = 0; i < length; i++) out[i] = (out[i] as number) + (draws[i] as number);
      }
      if (removeDcOffset) {
        const mean = sum(out, length) / length;
        for (let i = 0; i < length; i++) out[i] = (out[i] as number) - mean;
      }
      const energyBefore = rawEnergy ? logEnergy(out, length) : 0;
      if (preEmphasis > 0) {
        for (let i = length - 1; i >= 0; i--) {
          out[i] = (out[i] as number) - preEmphasis * (out[Math.max(0, i - 1)] as number);
        }
      }
      for (let i = 0; i < length; i++) out[i] = (out[i] as number) * (weights[i] as number);
      return rawEnergy ? energyBefore : logEnergy(out, length);
    };
  };
}

function copyMirrored(samples: Int16Array, begin: number, length: number, out: Float64Array): void {
  const count = samples.length;
  if (begin >= 0 && begin + length <= count) {
    for (let i = 0; i < length; i++) out[i] = samples[begin + i] as number;
    return;
  }
  for (let i = 0; i < length; i++) {
    // The mirrored recording repeats after twice its length.
    const turn = (((begin + i) % (2 * count)) + 2 * count) % (2 * count);
    out[i] = samples[turn < count ? turn : 2 * count - 1 - turn] as number;
  }
}

function sum(values: Float64Array, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += values[i] as number;
  return total;
}

function logEnergy(values: Float64Array, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += (values[i] as number) ** 2;
  return Math.log(Math.max(total, smallestEnergy));
}
