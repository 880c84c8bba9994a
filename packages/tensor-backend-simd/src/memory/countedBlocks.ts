import type { Rehearsal } from '@bnrnn/tensor-backend';
import type { DataType } from '@tensorflow/tfjs-core';
import type { Allocator } from './allocator';
import { viewOf, widthOf, type Blocks, type NumericView, type SharedBlocks } from './blocks';

/** A block that is counted; without an offset there was no room for it. */
interface CountedBlock {
  readonly bytes: number;
  readonly offset: number | undefined;
  /** Whether its values were given, and are no garbage. */
  readonly given: boolean;
}

/** A single tensor is larger than the whole memory: no need to count on. */
class LargerThanAll extends Error {}

/**
 * Blocks that are counted and not held, placed as the real allocator would place them beside the tensors that
 * it holds. Given values are kept, because programs are steered by them (ids); all else shares one array
 * of garbage, whose pages nobody touches but tfjs's own small kernels.
 */
export class CountedBlocks implements Blocks {
  readonly #real: SharedBlocks;
  readonly #allocator: Allocator;
  readonly #blocks = new Map<NumericView, CountedBlock>();
  #garbage = new ArrayBuffer(0);
  #bytesWithoutRoom = 0;
  #mostBytes: number;
  #fits = true;

  constructor(real: SharedBlocks) {
    this.#real = real;
    this.#allocator = real.allocator.fork();
    this.#mostBytes = this.#allocator.bytesInUse;
  }

  /**
   * What a computation needs whose blocks are these.
   *
   * @throws what the computation throws; Error where it leaves a block behind.
   */
  measure(compute: () => void): Rehearsal {
    try {
      compute();
    } catch (error) {
      if (error instanceof LargerThanAll) return this.#answer(false);
      throw error;
    }
    if (this.#blocks.size === 0) return this.#answer(true);
    throw new Error(`rehearse: ${this.#blocks.size} tensors are left, expected none.`);
  }

  allocate(size: number, dtype: DataType, values?: ArrayLike<number>): NumericView {
    const bytes = size * widthOf(dtype);
    const offset = this.#allocator.allocate(bytes);
    if (offset === undefined) {
      this.#fits = false;
      this.#bytesWithoutRoom += bytes;
    }
    const { bytesInUse, capacity } = this.#allocator;
    this.#mostBytes = Math.max(this.#mostBytes, bytesInUse + this.#bytesWithoutRoom);
    if (bytes > capacity) throw new LargerThanAll();
    const buffer = values === undefined ? this.#garbageOf(bytes) : new ArrayBuffer(bytes);
    const view = viewOf(buffer, 0, size, dtype);
    if (values !== undefined) view.set(values);
    this.#blocks.set(view, { bytes, offset, given: values !== undefined });
    return view;
  }

  /** Whether all of these hold values that were given. */
  areGiven(views: readonly NumericView[]): boolean {
    return views.every((view) => this.#blocks.get(view)?.given === true);
  }

  release(view: NumericView): void {
    const block = this.#blocks.get(view);
    this.#blocks.delete(view);
    if (block === undefined) {
      this.#allocator.free(view.byteOffset);
      this.#real.release(view);
    } else if (block.offset === undefined) {
      this.#bytesWithoutRoom -= block.bytes;
    } else {
      this.#allocator.free(block.offset);
    }
  }

  clear(): void {
    this.#real.clear();
  }

  #answer(complete: boolean): Rehearsal {
    return {
      neededBytes: this.#mostBytes,
      capacityBytes: this.#allocator.capacity,
      fits: this.#fits,
      complete,
    };
  }

  #garbageOf(bytes: number): ArrayBuffer {
    if (bytes > this.#garbage.byteLength) this.#garbage = new ArrayBuffer(bytes);
    return this.#garbage;
  }
}
