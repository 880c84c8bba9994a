import type { ShortenBits } from './shortenBits';
import type { ShortenHeader } from './shortenHeader';

/** Kinds of blocks that hold samples, by their number in a stream. */
export const block = { diff0: 0, diff1: 1, diff2: 2, diff3: 3, linear: 7, zero: 8 } as const;

const coefficientBits = 5;
const rounding = 2 ** coefficientBits;
const leastHistory = 3;

/** Decodes the blocks of one channel: differences, or what a linear prediction leaves over. */
export class ChannelDecoder {
  readonly #history: number;
  /** Some values before the block, then the block. */
  #values: Int32Array;
  readonly #means: Int32Array;

  readonly #bits: ShortenBits;
  readonly #mostCoefficients: number;
  /** Version 1 cuts off where version 2 rounds, and keeps means as they are shifted. */
  readonly #rounds: boolean;

  constructor({ bits, version, mostCoefficients, means }: ShortenHeader) {
    this.#bits = bits;
    this.#mostCoefficients = mostCoefficients;
    this.#rounds = version > 1;
    this.#history = Math.max(leastHistory, mostCoefficients);
    this.#values = new Int32Array(this.#history);
    this.#means = new Int32Array(means);
  }

  /**
   * Decodes the next block.
   *
   * @returns  int32 [size], not shifted yet; good until the next call.
   */
  decode(kind: number, size: number, shift: number): Int32Array {
    const history = this.#history;
    const values = this.#room(size);
    const offset = this.#offset(shift);
    this.#fill(values, kind, size, offset);
    const decoded = values.subarray(history, history + size);
    this.#remember(decoded, shift);
    this.#values = values;
    return decoded;
  }

  /** Space for a block, the last values of the one before in front. */
  #room(size: number): Int32Array {
    const values = new Int32Array(this.#history + size);
    values.set(this.#values.subarray(this.#values.length - this.#history));
    return values;
  }

  #fill(values: Int32Array, kind: number, size: number, offset: number): void {
    const bits = this.#bits;
    const [begin, end] = [this.#history, this.#history + size];
    if (kind === block.zero) return;
    const low = bits.unsigned(3);
    const at = (i: number): number => values[i] as number;
    switch (kind) {
      case block.diff0:
        for (let i = begin; i < end; i++) values[i] = bits.signed(low) + offset;
        return;
      case block.diff1:
        for (let i = begin; i < end; i++) values[i] = bits.signed(low) + at(i - 1);
        return;
      case block.diff2:
        for (let i = begin; i < end; i++) {
          values[i] = bits.signed(low) + 2 * at(i - 1) - at(i - 2);
        }
        return;
      case block.diff3:
        for (let i = begin; i < end; i++) {
          values[i] = bits.signed(low) + 3 * (at(i - 1) - at(i - 2)) + at(i - 3);
        }
        return;
      default:
        this.#predict(values, low, offset, begin, end);
    }
  }

  /** value = residual + ((32 + Σ coefficient[j] · (value before − offset)) >> 5) + offset */
  #predict(values: Int32Array, low: number, offset: number, begin: number, end: number): void {
    const bits = this.#bits;
    const count = bits.unsigned(2);
    if (count > this.#mostCoefficients) {
      bits.fail(`predicts from ${count} values, expected at most ${this.#mostCoefficients}`);
    }
    const coefficients = Int32Array.from({ length: count }, () => bits.signed(coefficientBits));
    for (let i = begin - count; i < begin; i++) values[i] = (values[i] as number) - offset;
    for (let i = begin; i < end; i++) {
      let sum = this.#rounds ? rounding : 0;
      for (let j = 0; j < count; j++) {
        sum += (coefficients[j] as number) * (values[i - j - 1] as number);
      }
      values[i] = bits.signed(low) + (sum >> coefficientBits);
    }
    for (let i = begin; i < end; i++) values[i] = (values[i] as number) + offset;
  }

  /** What differences of order 0 and predictions are taken from: the mean of the last blocks. */
  #offset(shift: number): number {
    const means = this.#means;
    if (means.length === 0) return 0;
    let sum = this.#rounds ? means.length >> 1 : 0;
    for (const mean of means) sum += mean;
    const mean = Math.trunc(sum / means.length);
    return this.#rounds && shift > 0 ? (mean >> (shift - 1)) >> 1 : mean;
  }

  #remember(decoded: Int32Array, shift: number): void {
    const means = this.#means;
    if (means.length === 0) return;
    let sum = this.#rounds ? decoded.length >> 1 : 0;
    for (const value of decoded) sum += value;
    const mean = Math.trunc(sum / decoded.length);
    means.copyWithin(0, 1);
    means[means.length - 1] = this.#rounds ? mean << shift : mean;
  }
}
