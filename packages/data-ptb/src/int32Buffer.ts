const blockBits = 16;
const blockLength = 1 << blockBits;
const inBlock = blockLength - 1;

/** Int32 values that come one by one, in blocks: what is there is never copied to make room. */
export class Int32Buffer {
  readonly #blocks: Int32Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const block = this.#length >>> blockBits;
    if (block === this.#blocks.length) this.#blocks.push(new Int32Array(blockLength));
    (this.#blocks[block] as Int32Array)[this.#length & inBlock] = value;
    this.#length++;
  }

  /** The value at a place from 0 to length − 1. */
  at(place: number): number {
    return (this.#blocks[place >>> blockBits] as Int32Array)[place & inBlock] as number;
  }

  /** Forgets what was pushed behind the first `length` values. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** A copy of what was pushed. */
  toArray(): Int32Array {
    const all = new Int32Array(this.#length);
    for (let start = 0, block = 0; start < this.#length; start += blockLength, block++) {
      const values = this.#blocks[block] as Int32Array;
      all.set(values.subarray(0, Math.min(blockLength, this.#length - start)), start);
    }
    return all;
  }
}
