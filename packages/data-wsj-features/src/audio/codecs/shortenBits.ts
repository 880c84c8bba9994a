import type { ByteReader } from '../../bytes/byteReader';

/** Reads the numbers of a shorten stream: bits from the highest of each byte on. */
export class ShortenBits {
  #position: number;
  readonly #end: number;

  /** @param start  the byte at which the stream's bits begin. */
  constructor(
    readonly reader: ByteReader,
    start: number,
  ) {
    this.#position = start * 8;
    this.#end = reader.length * 8;
  }

  /** The byte that holds the next bit, for errors. */
  get offset(): number {
    return Math.min(this.#position >> 3, this.reader.length);
  }

  /** A number from 0: zeros up to a one count its upper part, `low` bits follow as its lower part. */
  unsigned(low: number): number {
    let high = 0;
    for (;;) {
      const zeros = Math.clz32(this.#peek());
      high += zeros;
      this.#position += Math.min(32, zeros + 1);
      if (this.#position > this.#end) this.#endsEarly();
      if (zeros < 32) break;
    }
    if (low === 0) return high;
    if (low > 31 || high >= 2 ** (31 - low)) this.fail('holds a number of more than 31 bits');
    const bits = this.#peek() >>> (32 - low);
    this.#position += low;
    if (this.#position > this.#end) this.#endsEarly();
    return (high << low) | bits;
  }

  /** A number with its sign in the lowest bit. */
  signed(low: number): number {
    const value = this.unsigned(low + 1);
    return (value & 1) === 1 ? ~(value >> 1) : value >> 1;
  }

  /** A number behind the count of its lower bits. */
  sized(): number {
    return this.unsigned(this.unsigned(2));
  }

  fail(problem: string): never {
    return this.reader.fail(this.offset, `the shorten stream ${problem}`);
  }

  /** The next 32 bits; zeros behind the end. */
  #peek(): number {
    const { bytes } = this.reader;
    const byte = this.#position >> 3;
    const shift = this.#position & 7;
    const word =
      ((bytes[byte] ?? 0) << 24) |
      ((bytes[byte + 1] ?? 0) << 16) |
      ((bytes[byte + 2] ?? 0) << 8) |
      (bytes[byte + 3] ?? 0);
    return shift === 0 ? word : (word << shift) | ((bytes[byte + 4] ?? 0) >> (8 - shift));
  }

  #endsEarly(): never {
    this.#position = this.#end;
    return this.fail('is cut short: the file ends before its end mark');
  }
}
