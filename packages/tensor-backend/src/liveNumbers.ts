import { engine, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';

/** What a backend adds to tfjs's own methods whose numbers can be written where they lie. */
export interface LiveBackend {
  /** See `liveNumbers`. */
  liveNumbers(tensor: TensorInfo): Float32Array | undefined;
}

/**
 * The numbers of a float32 tensor in the active backend's memory: who writes them changes the tensor. Valid until the
 * tensor is disposed.
 *
 * @returns undefined where another tensor shares them, and where the backend's memory cannot be written from here.
 */
export function liveNumbers(tensor: Tensor): Float32Array | undefined {
  const backend = engine().backend as Partial<LiveBackend>;
  return backend.liveNumbers?.(tensor);
}
