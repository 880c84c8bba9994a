import { util, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { activeBackend, handOut, type SimdKernel } from './kernel';

interface DropoutAttributes {
  rate: number;
  key0: number;
  key1: number;
  step: number;
}

/** Multiplies by the mask of (key, step), which is never stored: the gradient makes it again. */
function applyMask(
  backend: SharedMemoryBackend,
  x: TensorInfo,
  attributes: DropoutAttributes,
): TensorInfo {
  const { rate, key0, key1, step } = attributes;
  const out = backend.allocate(x.shape);
  backend.pool.run('dropout', {
    ...backend.offsets({ x, out }),
    ...{ count: util.sizeFromShape(x.shape), key0, key1, step },
    threshold: Math.round(rate * 4_294_967_296),
    kept: 1 / (1 - rate),
  });
  return out;
}

export const dropout: SimdKernel = {
  name: 'Dropout',
  run: (backend, inputs, attributes) =>
    applyMask(
      backend,
      (inputs as Record<'x', TensorInfo>).x,
      attributes as unknown as DropoutAttributes,
    ),
  gradient: {
    gradFunc: (dy, _saved, attributes) =>
      handOut({
        x: applyMask(activeBackend(), dy as Tensor, attributes as unknown as DropoutAttributes),
      }),
  },
};
