import { dropoutOp, type OpAttributes } from '@bnrnn/tensor-backend';
import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { SharedMemoryBackend } from '../backend/sharedMemoryBackend';
import { opKernel } from './kernel';

/** Multiplies by the mask of (key, step), which is never stored: the gradient makes it again. */
function applyMask(
  backend: SharedMemoryBackend,
  x: TensorInfo,
  { rate, key, step, part }: OpAttributes<typeof dropoutOp>,
): TensorInfo {
  const out = backend.allocate(x.shape);
  backend.pool.run('dropout', {
    ...backend.offsets({ x, out }),
    ...{ ...rowsOf(x, part), key0: key[0], key1: key[1], step },
    threshold: Math.round(rate * 4_294_967_296),
    kept: 1 / (1 - rate),
  });
  return out;
}

/** Runs of elements that follow each other in the whole batch: one for each time step of a part of its columns. */
function rowsOf({ shape }: TensorInfo, part: OpAttributes<typeof dropoutOp>['part']) {
  const [time = 1, batch = 1, features = 1] = shape;
  if (part === undefined) {
    const width = util.sizeFromShape(shape);
    return { rows: 1, width, stride: width, first: 0 };
  }
  return {
    rows: time,
    width: batch * features,
    stride: part.batch * features,
    first: part.first * features,
  };
}

export const dropout = opKernel(dropoutOp, {
  run: (backend, { inputs, attributes }) => ({ y: applyMask(backend, inputs.x, attributes) }),
  gradient: (backend, { dys, attributes }) => ({ x: applyMask(backend, dys.y, attributes) }),
});
