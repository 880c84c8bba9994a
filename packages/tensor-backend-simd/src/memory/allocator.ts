/** Every block starts on a cache line and is a whole number of them. */
const alignment = 64;

interface FreeBlock {
  offset: number;
  size: number;
}

/**
 * Hands out blocks of one linear memory; neighbours merge when freed. Large blocks come from the lower end of the
 * smallest gap that fits, small ones from the upper end of the last.
 *
 * A steady training loop asks for the same sizes in the same order, so after its first step every
 * request is served from blocks that the step before gave back. What outlives a step is either there before
 * the first (weights, slots) or small (statistics, carried states): at the two ends, so that every step,
 * whatever the length of its batch, begins with one gap between them.
 */
export class Allocator {
  /** Free blocks by ascending offset; no two of them touch. */
  readonly #free: FreeBlock[] = [];
  readonly #sizes = new Map<number, number>();
  readonly #start: number;
  readonly #capacity: number;
  readonly #smallBytes: number;
  #bytesInUse = 0;
  #peakBytes = 0;

  /**
   * @param start, end   byte offsets of the region to hand out; `start` is rounded up to a line.
   * @param smallBytes   the size up to which a block is small.
   */
  constructor(start: number, end: number, smallBytes = 2 ** 20) {
    this.#smallBytes = smallBytes;
    this.#start = roundUp(start);
    this.#capacity = Math.floor((end - this.#start) / alignment) * alignment;
    this.clear();
  }

  /** Takes all blocks back. */
  clear(): void {
    this.#free.splice(0, Infinity, { offset: this.#start, size: this.#capacity });
    this.#sizes.clear();
    this.#bytesInUse = 0;
  }

  /** The free blocks: in a steady loop as many after each step. */
  get gaps(): number {
    return this.#free.length;
  }

  get capacity(): number {
    return this.#capacity;
  }

  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Lets the peak begin again at what is in use now. */
  resetPeak(): void {
    this.#peakBytes = this.#bytesInUse;
  }

  /** Another allocator of the same region with the same blocks in use. */
  fork(): Allocator {
    const fork = new Allocator(this.#start, this.#start + this.#capacity, this.#smallBytes);
    fork.#free.splice(0, 1, ...this.#free.map((block) => ({ ...block })));
    for (const [offset, size] of this.#sizes) fork.#sizes.set(offset, size);
    fork.#bytesInUse = this.#bytesInUse;
    fork.resetPeak();
    return fork;
  }

  /** The byte offset of a block of at least `bytes`, or undefined where none is free. */
  allocate(bytes: number): number | undefined {
    const size = Math.max(roundUp(bytes), alignment);
    const isSmall = size <= this.#smallBytes;
    const index = isSmall ? this.#highest(size) : this.#smallest(size);
    const block = this.#free[index];
    if (block === undefined) return undefined;
    let { offset } = block;
    block.size -= size;
    if (block.size === 0) this.#free.splice(index, 1);
    else if (isSmall) offset += block.size;
    else block.offset += size;
    this.#sizes.set(offset, size);
    this.#bytesInUse += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytesInUse);
    return offset;
  }

  /** The index of the smallest free block of at least `size`, -1 where there is none. */
  #smallest(size: number): number {
    let best = -1;
    let bestSize = Infinity;
    for (let i = 0; i < this.#free.length; i++) {
      const candidate = (this.#free[i] as FreeBlock).size;
      if (candidate >= size && candidate < bestSize) {
        best = i;
        bestSize = candidate;
        if (candidate === size) break;
      }
    }
    return best;
  }

  /** The index of the last free block of at least `size`, -1 where there is none. */
  #highest(size: number): number {
    return this.#free.findLastIndex((block) => block.size >= size);
  }

  /** Gives a block back; returns its size in bytes. */
  free(offset: number): number {
    const size = this.#sizes.get(offset);
    if (size === undefined) throw new Error(`Allocator.free: no block starts at ${offset}.`);
    this.#sizes.delete(offset);
    this.#bytesInUse -= size;
    const next = this.#firstFreeAfter(offset);
    const before = this.#free[next - 1];
    const after = this.#free[next];
    const touchesBefore = before !== undefined && before.offset + before.size === offset;
    const touchesAfter = after !== undefined && offset + size === after.offset;
    if (touchesBefore) {
      before.size += size;
      if (touchesAfter) {
        before.size += after.size;
        this.#free.splice(next, 1);
      }
    } else if (touchesAfter) {
      after.offset = offset;
      after.size += size;
    } else {
      this.#free.splice(next, 0, { offset, size });
    }
    return size;
  }

  #firstFreeAfter(offset: number): number {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#free[middle] as FreeBlock).offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
