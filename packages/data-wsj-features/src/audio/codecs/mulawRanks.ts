import { mulawByte } from './g711';

/** µ-law bytes by their rank: 0 is positive zero, 1 the next louder sample, −1 the next quieter side of zero. */
export interface MulawRanks {
  /** By rank from 0 up. */
  readonly positive: readonly number[];
  /** By rank from 0 down; the first is not used. */
  readonly negative: readonly number[];
}

/**
 * The order in which shorten numbers µ-law bytes, so that neighbours in loudness are neighbours in number.
 *
 * Ranked are the bytes of the multiples of 8 · 2^shift, each once: all but negative zero without a shift, fewer with
 * one. (A shift says that louder steps than these do not occur.)
 */
export function mulawRanks(shift: number): MulawRanks {
  const step = 8 * 2 ** shift;
  return { positive: side(step, 32_767), negative: side(-step, 32_768) };
}

function side(step: number, largest: number): number[] {
  const bytes: number[] = [];
  for (let sample = 0; Math.abs(sample) <= largest; sample += step) {
    const byte = mulawByte(sample);
    if (bytes.at(-1) !== byte) bytes.push(byte);
  }
  return bytes;
}
