import { BackendError } from '@bnrnn/core';
import type { Rehearsal } from '@bnrnn/tensor-backend';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { TensorData } from '@tensorflow/tfjs-backend-cpu/dist/backend_cpu';
import {
  DataStorage,
  engine,
  util,
  Variable,
  type backend_util,
  type DataType,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import {
  isView,
  SharedBlocks,
  type BlockBytes,
  type Blocks,
  type NumericView,
} from '../memory/blocks';
import { CountedBlocks } from '../memory/countedBlocks';
import type { Pool } from '../threads/pool';
import { Residuals } from './residuals';
import type { RowStorage } from './rowStorage';

type Values = backend_util.BackendValues;
type DataId = TensorInfo['dataId'];

export interface SharedMemoryBackendOptions {
  memory: WebAssembly.Memory;
  /** The first byte that tensors may use. */
  heapStart: number;
  pool: Pool;
  /** Fills freed blocks with NaN, so that a read after free shows. For tests. */
  poison: boolean;
}

/**
 * A tfjs backend whose numbers live in one shared WebAssembly memory.
 *
 * It extends tfjs's `cpu` backend, whose kernels read and write `data.get(id).values`: here that is a view
 * of the shared memory, so they run unchanged on it, beside kernels of our own.
 *
 * tfjs lets tensors share storage and hands out live buffers; blocks here are reused. Therefore `write`
 * copies into a block of its own, `readSync` copies out, and a step in place first un-shares its variable.
 */
export class SharedMemoryBackend extends MathBackendCPU {
  readonly #pool: Pool;
  readonly #shared: SharedBlocks;
  /** Present while a computation is rehearsed. */
  #counted: CountedBlocks | undefined;
  readonly #residuals = new Residuals();
  /** Matrices that are stored as rows, until something reads them whole. */
  readonly #rows = new Map<DataId, RowStorage>();

  constructor(options: SharedMemoryBackendOptions) {
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
   *
   * @returns what it needs beside what is held now; at least that much where `complete` is false.
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

  get #blocks(): Blocks {
    return this.#counted ?? this.#shared;
  }

  override write(values: Values | undefined, shape: number[], dtype: DataType): object {
    // tfjs numbers its data by an object; the cpu backend's counter is private, and only identity matters.
    const dataId = {};
    this.data.set(dataId, { ...this.#store(values, shape, dtype), dtype, refCount: 1 });
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

  override disposeData(dataId: object, force = false): boolean {
    const rows = this.#rows.get(dataId);
    const whole = rows === undefined && this.data.has(dataId);
    const values = whole ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone) {
      if (isView(values)) this.#blocks.release(values);
      if (rows !== undefined) this.#dropRows(dataId, rows);
      this.dropResiduals(dataId);
    }
    return gone;
  }

  /** Forgets every tensor and frees all blocks; tfjs calls it when the engine is reset. */
  override dispose(): void {
    this.data = new DataStorage(this, engine());
    this.#residuals.clear();
    this.#rows.clear();
    this.#blocks.clear();
  }

  /** tfjs adds its own counts; `peakBytes` is the most that tensors ever held. */
  override memory(): { unreliable: boolean; reasons: string[]; peakBytes: number } {
    return { unreliable: false, reasons: [], peakBytes: this.bytes.peak };
  }

  /** A tensor whose block holds whatever was there before. */
  allocate(shape: number[], dtype: 'float32' | 'int32' = 'float32'): TensorInfo {
    return { dataId: this.write(undefined, shape, dtype), shape, dtype };
  }

  /** The byte offset of a tensor's block. */
  offset(tensor: TensorInfo): number {
    return this.view(tensor).byteOffset;
  }

  /** A tensor's numbers, live. */
  view(tensor: TensorInfo): NumericView {
    return this.data.get(tensor.dataId).values as NumericView;
  }

  /** A float32 matrix by the rows that are not 0; whoever reads it whole makes it so. Takes the rows over. */
  makeFromRows(shape: [number, number], rows: RowStorage): TensorInfo {
    const dataId = {};
    const record: TensorData<DataType> = { dtype: 'float32', refCount: 1 };
    const get = () => {
      const values = this.#blocks.allocate(util.sizeFromShape(shape), 'float32');
      Object.defineProperty(record, 'values', { value: values });
      const { ids, values: given } = rows;
      const [count = 0, width = 0] = given.shape;
      const offsets = [this.offset(ids), this.offset(given), values.byteOffset];
      this.pool.run('scatterRows', [count, width, shape[0], ...offsets]);
      this.#dropRows(dataId, rows);
      return values;
    };
    Object.defineProperty(record, 'values', { configurable: true, enumerable: true, get });
    this.data.set(dataId, record);
    this.#rows.set(dataId, rows);
    return { dataId, shape, dtype: 'float32' };
  }

  /** The rows of a matrix that is stored so. */
  rows(tensor: TensorInfo): RowStorage | undefined {
    return this.#rows.get(tensor.dataId);
  }

  #dropRows(dataId: DataId, rows: RowStorage): void {
    this.#rows.delete(dataId);
    for (const tensor of [rows.ids, rows.values]) this.disposeData(tensor.dataId);
  }

  /** Files tensors under another: they are freed with it, or by `dropResiduals`. */
  keepResiduals(under: DataId, tensors: TensorInfo[]): void {
    this.#residuals.keep(under, tensors);
  }

  residuals(under: DataId): TensorInfo[] {
    return this.#residuals.of(under);
  }

  /** Hands the residuals to the caller, who now owns them. */
  releaseResiduals(under: DataId): void {
    this.#residuals.release(under);
  }

  dropResiduals(under: DataId): void {
    for (const { dataId } of this.#residuals.release(under)) this.disposeData(dataId);
  }

  /** Gives a variable a block of its own where another tensor shares it, so that it may be written in place. */
  unshare(variable: TensorInfo): void {
    const { dataId, shape, dtype } = variable;
    if (this.refCount(dataId) <= 1 || this.#counted !== undefined) return;
    if (!(variable instanceof Variable)) {
      throw new BackendError('simd: a step in place was given a tensor, expected a variable.');
    }
    const copy = this.makeTensorInfo(shape, dtype, this.view(variable));
    const tensor = engine().makeTensorFromTensorInfo(copy, this);
    variable.assign(tensor);
    tensor.dispose();
  }

  #store(values: Values | undefined, shape: number[], dtype: DataType): { values?: Values } {
    if (dtype === 'string' || dtype === 'complex64') return values === undefined ? {} : { values };
    const given = values as NumericView | undefined;
    return { values: this.#blocks.allocate(util.sizeFromShape(shape), dtype, given) };
  }
}
