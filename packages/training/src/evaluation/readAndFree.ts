import type { Tensor } from '@tensorflow/tfjs-core';

/** A tensor's values, read without blocking; the tensor is freed, also where the read fails. */
export async function readAndFree(tensor: Tensor): Promise<Float32Array | Int32Array> {
  try {
    return await tensor.data<'float32' | 'int32'>();
  } finally {
    tensor.dispose();
  }
}
