import { BackendError } from '@bnrnn/core';
import type { LiveBackend, MatrixRows } from '@bnrnn/tensor-backend';
import type { TensorData } from '@tensorflow/tfjs-backend-cpu/dist/backend_cpu';
import {
  DataStorage,
  engine,
  util,
  Variable,
  type DataType,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { isView } from '../memory/blocks';
import { BlockBackend } from './blockBackend';
import { Residuals } from './residuals';
import type { RowStorage } from './rowStorage';

type DataId = TensorInfo['dataId'];

/**
 * The tfjs backend of this package: numbers in blocks of one shared memory, what gradients will need filed under
 * the tensors that they go with, gradients of few rows stored as rows, and variables that can be written in place.
 */
export class SharedMemoryBackend extends BlockBackend implements LiveBackend {
  readonly #residuals = new Residuals();
  /** Matrices that are stored as rows, until something reads them whole. */
  readonly #rows = new Map<DataId, RowStorage>();

  /** A matrix of rows is not known: to look at it would make it whole. */
  override knows(tensors: readonly TensorInfo[]): boolean {
    return tensors.every(({ dataId }) => !this.#rows.has(dataId)) && super.knows(tensors);
  }

  override disposeData(dataId: object, force = false): boolean {
    const rows = this.#rows.get(dataId);
    const whole = rows === undefined && this.data.has(dataId);
    const values = whole ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone) {
      if (isView(values)) this.blocks.release(values);
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
    this.blocks.clear();
  }

  /** A float32 matrix by the rows that are not 0; whoever reads it whole makes it so. Takes the rows over. */
  makeFromRows(shape: [number, number], rows: RowStorage): TensorInfo {
    const dataId = {};
    const record: TensorData<DataType> = { dtype: 'float32', refCount: 1 };
    const get = () => {
      const values = this.blocks.allocate(util.sizeFromShape(shape), 'float32');
      Object.defineProperty(record, 'values', { value: values });
      const { ids, values: given } = rows;
      const [count = 0, width = 0] = given.shape;
      this.pool.run('scatterRows', {
        ...{ count, width, types: shape[0], table: values.byteOffset },
        ...this.offsets({ ids, rows: given }),
      });
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

  /** A float32 tensor's numbers, live, where no other tensor shares them; a matrix of rows becomes whole. */
  liveNumbers(tensor: TensorInfo): Float32Array | undefined {
    if (this.refCount(tensor.dataId) > 1 || this.isRehearsing) return undefined;
    const view = this.view(tensor);
    return view instanceof Float32Array ? view : undefined;
  }

  matrixRows(tensor: TensorInfo): MatrixRows | undefined {
    const rows = this.#rows.get(tensor.dataId);
    if (rows === undefined || this.isRehearsing) return undefined;
    return {
      ids: this.view(rows.ids) as Int32Array,
      values: this.view(rows.values) as Float32Array,
    };
  }

  matrixOfRows(shape: [number, number], { ids, values }: MatrixRows): TensorInfo {
    return this.makeFromRows(shape, {
      ids: this.makeTensorInfo([ids.length], 'int32', ids),
      values: this.makeTensorInfo([ids.length, shape[1]], 'float32', values),
    });
  }

  /** Gives a variable a block of its own where another tensor shares it, so that it may be written in place. */
  unshare(variable: TensorInfo): void {
    const { dataId, shape, dtype } = variable;
    if (this.refCount(dataId) <= 1 || this.isRehearsing) return;
    if (!(variable instanceof Variable)) {
      throw new BackendError('simd: a step in place was given a tensor, expected a variable.');
    }
    const copy = this.makeTensorInfo(shape, dtype, this.view(variable));
    const tensor = engine().makeTensorFromTensorInfo(copy, this);
    variable.assign(tensor);
    tensor.dispose();
  }
}
