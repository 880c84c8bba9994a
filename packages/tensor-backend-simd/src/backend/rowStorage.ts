import type { TensorInfo } from '@tensorflow/tfjs-core';

/** A matrix most of whose rows are 0: the others, by number. Belongs to the matrix. */
export interface RowStorage {
  /** int32 [rows], distinct */
  readonly ids: TensorInfo;
  /** float32 [rows, width] */
  readonly values: TensorInfo;
}
