import type { DataType } from '@tensorflow/tfjs-core';
import { Allocator } from './allocator';
import { doesNotFit } from './doesNotFit';

export type NumericView = Float32Array | Int32Array | Uint8Array;

/** Bytes that tensors hold now, the most they ever held, and what there is. */
export interface BlockBytes {
  readonly inUse: number;
  readonly peak: number;
  readonly capacity: number;
  /** Into how many pieces what is free has fallen. */
  readonly gaps: number;
}

/** Where the numbers of tensors live. */
export interface Blocks {
  /** A block with these values, or with whatever was there before. */
  allocate(size: number, dtype: DataType, values?: ArrayLike<number>): NumericView;
  /** Gives a block back. */
  release(view: NumericView): void;
  clear(): void;
}

export interface SharedBlocksOptions {
  readonly memory: WebAssembly.Memory;
  /** The first byte to hand out. */
  readonly heapStart: number;
  /** Fills freed blocks with NaN. */
  readonly poison: boolean;
}

/** Blocks of one shared memory. */
export class SharedBlocks implements Blocks {
  readonly allocator: Allocator;
  readonly #buffer: ArrayBufferLike;
  readonly #poison: boolean;

  constructor({ memory, heapStart, poison }: SharedBlocksOptions) {
    this.#buffer = memory.buffer;
    this.#poison = poison;
    // Without the last line: the address behind a block at the end of 4 GiB would be 0.
    this.allocator = new Allocator(heapStart, memory.buffer.byteLength - 64);
  }

  get bytes(): BlockBytes {
    const { bytesInUse, peakBytes, capacity, gaps } = this.allocator;
    return { inUse: bytesInUse, peak: peakBytes, capacity, gaps };
  }

  allocate(size: number, dtype: DataType, values?: ArrayLike<number>): NumericView {
    const bytes = size * widthOf(dtype);
    const offset = this.allocator.allocate(bytes);
    if (offset === undefined) throw doesNotFit(bytes, this.bytes);
    const view = viewOf(this.#buffer, offset, size, dtype);
    if (values !== undefined) view.set(values);
    return view;
  }

  release(view: NumericView): void {
    const bytes = this.allocator.free(view.byteOffset);
    if (this.#poison) new Float32Array(this.#buffer, view.byteOffset, bytes / 4).fill(NaN);
  }

  clear(): void {
    this.allocator.clear();
  }
}

/** Bytes of one number. */
export function widthOf(dtype: DataType): number {
  return dtype === 'bool' ? 1 : 4;
}

export function viewOf(
  buffer: ArrayBufferLike,
  offset: number,
  size: number,
  dtype: DataType,
): NumericView {
  if (dtype === 'bool') return new Uint8Array(buffer, offset, size);
  if (dtype === 'int32') return new Int32Array(buffer, offset, size);
  return new Float32Array(buffer, offset, size);
}

export function isView(values: unknown): values is NumericView {
  return ArrayBuffer.isView(values) && !(values instanceof DataView);
}
