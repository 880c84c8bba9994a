/** Every block starts on a cache line and is a whole number of them. */
const alignment = 64;

interface FreeBlock {
  offset: number;
  size: number;
}

/**
 * Hands out blocks of one linear memory: best fit, neighbours merged when freed.
 *
 * A steady training loop asks for the same sizes in the same order, so after its first step every
 * request is served from blocks that the step before gave back.
 */
export class Allocator {
  /** Free blocks by ascending offset; no two of them touch. */
  readonly #free: FreeBlock[] = [];
  readonly #sizes = new Map<number, number>();
  readonly #start: number;
  readonly #capacity: number;
  #bytesInUse = 0;
  #peakBytes = 0;
  #extent = 0;

  /** @param start, end  byte offsets of the region to hand out; `start` is rounded up to a line. */
  constructor(start: number, end: number) {
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

  /** Bytes from the region's start to the end of the last block that was ever handed out. */
  get extent(): number {
    return this.#extent;
  }

  /** Another allocator with the same blocks in use, in a region that ends later, and with `extent` as of now. */
  fork(end: number): Allocator {
    const fork = new Allocator(this.#start, end);
    fork.#free.length = 0;
    for (const block of this.#free) fork.#free.push({ ...block });
    const last = fork.#free.at(-1);
    const oldEnd = this.#start + this.#capacity;
    const added = fork.#capacity - this.#capacity;
    if (last !== undefined && last.offset + last.size === oldEnd) last.size += added;
    else fork.#free.push({ offset: oldEnd, size: added });
    for (const [offset, size] of this.#sizes) fork.#sizes.set(offset, size);
    fork.#bytesInUse = this.#bytesInUse;
    fork.#peakBytes = this.#bytesInUse;
    fork.#extent = (fork.#free.at(-1) as FreeBlock).offset - this.#start;
    return fork;
  }

  /** The byte offset of a block of at least `bytes`, or undefined where none is free. */
  allocate(bytes: number): number | undefined {
    const size = Math.max(roundUp(bytes), alignment);
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
    const block = this.#free[best];
    if (block === undefined) return undefined;
    const { offset } = block;
    if (block.size === size) this.#free.splice(best, 1);
    else {
      block.offset += size;
      block.size -= size;
    }
    this.#sizes.set(offset, size);
    this.#bytesInUse += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytesInUse);
    this.#extent = Math.max(this.#extent, offset + size - this.#start);
    return offset;
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
