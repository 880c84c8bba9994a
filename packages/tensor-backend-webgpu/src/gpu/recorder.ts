import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { DataType } from '@tensorflow/tfjs-core';

/** What tfjs's backend records commands with; its types hide it. */
interface Recorder {
  computePassEncoder: GPUComputePassEncoder | null;
  commandEncoder: GPUCommandEncoder;
  dispatchCountInPass: number;
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly uniformPendingDisposal: GPUBuffer[];
}

export function recorderOf(backend: WebGPUBackend): Recorder {
  return backend as unknown as Recorder;
}

/** What tfjs's backend holds of a tensor; its types leave out that parts may be missing. */
interface Held {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** The numbers here: before they are uploaded, and after they were read. */
  values?: ArrayLike<number> | null;
  /** The numbers on the device. */
  resource?: GPUBuffer | null;
}

export function heldBy(backend: WebGPUBackend, dataId: object): Held {
  return backend.tensorMap.get(dataId) as Held;
}
