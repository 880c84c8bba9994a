import { mulawByte, mulawSamples } from './g711';
import { mulawRanks, type MulawRanks } from './mulawRanks';
import type { ShortenBits } from './shortenBits';

/** The samples of one type of stream. */
export interface SampleType {
  /** What a decoded number stands for: a 16-bit sample, or a µ-law byte. `shift` is the stream's current one. */
  code(value: number, shift: number): number;
  /** The sample of a code, int16. */
  sample(code: number): number;
}

const mostMulawShift = 12;
const negativeZero = 0x7f;
const clamp = (value: number): number => Math.max(-32_768, Math.min(32_767, value));

/** The names of the sample types that are not read, by their number in a stream. */
const otherTypes: Readonly<Record<number, string>> = {
  1: 'signed 8-bit PCM',
  2: 'unsigned 8-bit PCM',
  4: 'unsigned 16-bit PCM',
  6: 'unsigned 16-bit PCM',
};

/**
 * How the numbers of a stream become samples, by the type in its header: 16-bit PCM (3 with the high byte first, 5 with
 * the low one; the numbers are the same), µ-law in the order of `mulawRanks` (0, and 8 with a number of its own for
 * negative zero), and linear numbers that were µ-law (7).
 */
export function sampleType(type: number, bits: ShortenBits): SampleType {
  switch (type) {
    case 3:
    case 5:
      return { code: (value, shift) => clamp(value << shift), sample: (code) => code };
    case 7:
      return {
        code: (value, shift) => mulawByte(clamp(value << (shift + 3))),
        sample: mulawSample,
      };
    case 0:
    case 8:
      return { code: rankedMulaw(type === 8, bits), sample: mulawSample };
    default: {
      const name = otherTypes[type] ?? `samples of type ${type}`;
      return bits.fail(`holds ${name}, expected 16-bit PCM or µ-law`);
    }
  }
}

const mulawSample = (byte: number): number => mulawSamples[byte] as number;

function rankedMulaw(hasNegativeZero: boolean, bits: ShortenBits): SampleType['code'] {
  const byShift = new Map<number, MulawRanks>();
  const ranksOf = (shift: number): MulawRanks => {
    const known = byShift.get(shift) ?? mulawRanks(Math.min(shift, mostMulawShift));
    byShift.set(shift, known);
    return known;
  };
  const byteOf = (value: number, shift: number): number | undefined => {
    const { positive, negative } = ranksOf(shift);
    if (value >= 0) return positive[value];
    if (!hasNegativeZero) {
      return value === -128 && shift === 0 ? negativeZero : negative[-value];
    }
    return value === -1 ? negativeZero : negative[-value - 1];
  };
  return (value, shift) => {
    const byte = byteOf(value, shift);
    if (byte === undefined) return bits.fail(`holds the number ${value}, which is no µ-law sample`);
    return byte;
  };
}
