import type { Rehearsal } from '@bnrnn/tensor-backend';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { util, type backend_util, type DataType, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  isView,
  SharedBlocks,
  type BlockBytes,
  type Blocks,
  type NumericView,
} from '../memory/blocks';
import { CountedBlocks } from '../memory/countedBlocks';
import type { Pool } from '../pool/pool';

type Values = backend_util.BackendValues;

export interface BlockBackendOptions {
  memory: WebAssembly.Memory;
  /** The first byte that tensors may use. */
  heapStart: number;
  pool: Pool;
  /** Fills freed blocks with NaN, so that a read after free shows. For tests. */
  poison: boolean;
}

/**
 * A tfjs backend whose numbers live in blocks of one shared WebAssembly memory.
 *
 * It extends tfjs's `cpu` backend, whose kernels read and write `data.get(id).values`: here that is a view
 * of the shared memory, so they run unchanged on it, beside kernels of our own.
 *
 * tfjs lets tensors share storage and hands out live buffers; blocks here are reused. Therefore `write`
 * copies into a block of its own and `readSync` copies out.
 */
export class BlockBackend extends MathBackendCPU {
  readonly #pool: Pool;
  readonly #shared: SharedBlocks;
  #counted: CountedBlocks | undefined;
  /** What the kernel that runs has made so far. */
  #made: object[] | undefined;

  constructor(options: BlockBackendOptions) {
    super();
    this.#pool = options.pool;
    this.#shared = new SharedBlocks(options);
  }

  /** The threads; while a computation is rehearsed they do nothing. */
  get pool(): Pool {
    return this.#counted === undefined ? this.#pool : { ...this.#pool, run: () => undefined };
  }

  get bytes(): BlockBytes {
    return this.#shared.bytes;
  }

  /** Lets the peak begin again at what is held now. */
  resetPeak(): void {
    this.#shared.allocator.resetPeak();
  }

  /**
   * Runs a computation without computing: its blocks are counted and not held, our kernels do nothing, and what
   * it makes holds garbage and must be gone when it ends. Variables stay as they are.
   */
  rehearse(compute: () => void): Rehearsal {
    const counted = new CountedBlocks(this.#shared);
    this.#counted = counted;
    try {
      return counted.measure(compute);
    } finally {
      this.#counted = undefined;
    }
  }

  /** Whether a rehearsal knows these numbers, because they were given or follow from given ones. */
  knows(tensors: readonly TensorInfo[]): boolean {
    return this.#counted?.areGiven(tensors.map((tensor) => this.view(tensor))) ?? false;
  }

  override write(values: Values | undefined, shape: number[], dtype: DataType): object {
    // tfjs numbers its data by an object; the cpu backend's counter is private, and only identity matters.
    const dataId = {};
    this.data.set(dataId, { ...this.#store(values, shape, dtype), dtype, refCount: 1 });
    this.#made?.push(dataId);
    return dataId;
  }

  override move(
    dataId: object,
    values: Values,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    this.data.set(dataId, { ...this.#store(values, shape, dtype), dtype, refCount });
  }

  override readSync(dataId: object): Values {
    const { values, complexTensorInfos } = this.data.get(dataId);
    if (complexTensorInfos !== undefined) return super.readSync(dataId);
    return isView(values) ? values.slice() : (values as Values);
  }

  /** tfjs adds its own counts; `peakBytes` is the most that tensors ever held. */
  override memory(): { unreliable: boolean; reasons: string[]; peakBytes: number } {
    return { unreliable: false, reasons: [], peakBytes: this.bytes.peak };
  }

  /** A tensor whose block holds whatever was there before. */
  allocate(shape: number[], dtype: 'float32' | 'int32' = 'float32'): TensorInfo {
    return { dataId: this.write(undefined, shape, dtype), shape, dtype };
  }

  /** Runs a kernel; where it fails, nothing that it made stays. */
  orNothing<Result>(run: () => Result): Result {
    const around = this.#made;
    const made: object[] = [];
    this.#made = made;
    try {
      return run();
    } catch (error) {
      for (const dataId of made) if (this.data.has(dataId)) this.disposeData(dataId);
      throw error;
    } finally {
      this.#made = around;
    }
  }

  /** The byte offset of a tensor's block. */
  offset(tensor: TensorInfo): number {
    return this.view(tensor).byteOffset;
  }

  /** The byte offsets of tensors, under their names; 0 where there is none. */
  offsets<Name extends string>(
    tensors: Readonly<Record<Name, TensorInfo | undefined>>,
  ): Record<Name, number> {
    const offsets = {} as Record<Name, number>;
    for (const name of Object.keys(tensors) as Name[]) {
      const tensor = tensors[name];
      offsets[name] = tensor === undefined ? 0 : this.offset(tensor);
    }
    return offsets;
  }

  /** A tensor's numbers, live. */
  view(tensor: TensorInfo): NumericView {
    return this.data.get(tensor.dataId).values as NumericView;
  }

  protected get isRehearsing(): boolean {
    return this.#counted !== undefined;
  }

  protected get blocks(): Blocks {
    return this.#counted ?? this.#shared;
  }

  #store(values: Values | undefined, shape: number[], dtype: DataType): { values?: Values } {
    if (dtype === 'string' || dtype === 'complex64') return values === undefined ? {} : { values };
    const given = values as NumericView | undefined;
    return { values: this.blocks.allocate(util.sizeFromShape(shape), dtype, given) };
  }
}
