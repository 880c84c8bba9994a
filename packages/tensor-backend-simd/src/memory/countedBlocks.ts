import type { Rehearsal } from '@bnrnn/tensor-backend';
import type { DataType } from '@tensorflow/tfjs-core';
import type { Allocator } from './allocator';
import { viewOf, widthOf, type Blocks, type NumericView, type SharedBlocks } from './blocks';

/** Address space without end, for counting. */
const endless = 2 ** 52;

/** A single tensor is larger than the whole memory: no need to count on. */
class LargerThanAll extends Error {}

/**
 * Blocks that are counted and not held, placed as the real allocator would place them beside the tensors that
 * it holds. Given values are kept, because programs are steered by them (ids, masks); all else shares
 * one array of garbage, whose pages are touched by nobody but tfjs's own small kernels.
 */
export class CountedBlocks implements Blocks {
  readonly #real: SharedBlocks;
  readonly #allocator: Allocator;
  readonly #offsets = new Map<NumericView, number>();
  #garbage = new ArrayBuffer(0);

  constructor(real: SharedBlocks) {
    this.#real = real;
    this.#allocator = real.allocator.fork(endless);
  }

  /**
   * What a computation needs whose blocks are these: up to the end of the last one, so that gaps count.
   *
   * @throws what the computation throws; Error where it leaves a block behind.
   */
  measure(compute: () => void): Rehearsal {
    const answer = (complete: boolean): Rehearsal => ({
      neededBytes: this.#allocator.extent,
      capacityBytes: this.#real.bytes.capacity,
      complete,
    });
    try {
      compute();
    } catch (error) {
      if (error instanceof LargerThanAll) return answer(false);
      throw error;
    }
    if (this.#offsets.size === 0) return answer(true);
    throw new Error(`rehearse: ${this.#offsets.size} tensors are left, expected none.`);
  }

  allocate(size: number, dtype: DataType, values?: ArrayLike<number>): NumericView {
    const bytes = size * widthOf(dtype);
    const offset = this.#allocator.allocate(bytes) as number;
    if (bytes > this.#real.bytes.capacity) {
      this.#allocator.free(offset);
      throw new LargerThanAll();
    }
    const view =
      values === undefined
        ? viewOf(this.#garbageOf(bytes), 0, size, dtype)
        : viewOf(new ArrayBuffer(bytes), 0, size, dtype);
    if (values !== undefined) view.set(values);
    this.#offsets.set(view, offset);
    return view;
  }

  release(view: NumericView): void {
    const offset = this.#offsets.get(view);
    this.#allocator.free(offset ?? view.byteOffset);
    if (offset === undefined) this.#real.release(view);
    else this.#offsets.delete(view);
  }

  clear(): void {
    this.#real.clear();
  }

  #garbageOf(bytes: number): ArrayBuffer {
    if (bytes > this.#garbage.byteLength) this.#garbage = new ArrayBuffer(bytes);
    return this.#garbage;
  }
}
