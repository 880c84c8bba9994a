import { engine, type Tensor, type Tensor2D, type TensorInfo } from '@tensorflow/tfjs-core';

/** What a backend adds to tfjs's own methods whose numbers can be written where they lie. */
export interface LiveBackend {
  /** See `liveNumbers`. */
  liveNumbers(tensor: TensorInfo): Float32Array | undefined;
  /** See `matrixRows`. */
  matrixRows(tensor: TensorInfo): MatrixRows | undefined;
  /** See `matrixOfRows`. */
  matrixOfRows(shape: [number, number], rows: MatrixRows): TensorInfo;
}

/** A matrix most of whose rows are 0: the others. */
export interface MatrixRows {
  /** [rows] their numbers, distinct. */
  readonly ids: Int32Array;
  /** [rows, width] */
  readonly values: Float32Array;
}

/**
 * The numbers of a float32 tensor in the active backend's memory: who writes them changes the tensor. Valid until the
 * tensor is disposed.
 *
 * @returns undefined where another tensor shares them, and where the backend's memory cannot be written from here.
 */
export function liveNumbers(tensor: Tensor): Float32Array | undefined {
  return liveBackend().liveNumbers?.(tensor);
}

/**
 * The rows of a matrix that the active backend stores by its rows that are not 0, as it does the gradient of an
 * embedding. Valid until the tensor is disposed, or read whole.
 *
 * @returns undefined where the tensor is stored whole.
 */
export function matrixRows(tensor: Tensor): MatrixRows | undefined {
  return liveBackend().matrixRows?.(tensor);
}

/** A new matrix of the same storage as one that has `matrixRows`; copies what it is given. */
export function matrixOfRows(like: Tensor2D, rows: MatrixRows): Tensor2D {
  const backend = liveBackend() as LiveBackend;
  return engine().makeTensorFromTensorInfo(backend.matrixOfRows(like.shape, rows)) as Tensor2D;
}

function liveBackend(): Partial<LiveBackend> {
  return engine().backend as Partial<LiveBackend>;
}
