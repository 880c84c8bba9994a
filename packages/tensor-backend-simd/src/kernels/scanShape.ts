import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { wantsPanels } from '../blas/panels';

/** The sizes of a scan. */
export interface ScanShape {
  time: number;
  batch: number;
  units: number;
}

/** Room for a copy of the weights of all gates [H, gates · H] in another order, or nothing where it does not pay. */
export function panelsFor(
  backend: SharedMemoryBackend,
  { time, batch, units }: ScanShape,
  gates: number,
): TensorInfo | undefined {
  if (!wantsPanels(backend.pool.blas, { time, batch })) return undefined;
  return backend.allocate([Math.ceil(units / 4) * 4, gates, units]);
}

/** Copies the last computed step of a [T, B, H] array into a tensor of its own. */
export function finalStep(
  backend: SharedMemoryBackend,
  all: TensorInfo,
  { time, batch, units }: ScanShape,
  reverse: boolean,
): TensorInfo {
  const start = (reverse ? 0 : time - 1) * batch * units;
  const values = backend.view(all).subarray(start, start + batch * units);
  return backend.makeTensorInfo([batch, units], 'float32', values);
}

/** A tensor of the same numbers in a block of its own. */
export function copyOf(backend: SharedMemoryBackend, tensor: TensorInfo): TensorInfo {
  util.assert(tensor.dtype === 'float32', () => 'copyOf: expected float32.');
  return backend.makeTensorInfo(tensor.shape, 'float32', backend.view(tensor));
}
