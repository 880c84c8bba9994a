import {
  tensor,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';

import { array64, type Array64 } from './array64';

/** A new float32 tensor of the array's shape; values are rounded to float32. */
export function toTensor(array: Array64): Tensor {
  return tensor(Float32Array.from(array.data), [...array.shape], 'float32');
}

/** `toTensor` of an array of rank 0 or of one element. */
export function toScalar(array: Array64): Scalar {
  return tensor(Float32Array.from(array.data), [], 'float32');
}

/** `toTensor` of an array of rank 1. */
export function toTensor1D(array: Array64): Tensor1D {
  return ofRank(array, 1) as Tensor1D;
}

/** `toTensor` of an array of rank 2. */
export function toTensor2D(array: Array64): Tensor2D {
  return ofRank(array, 2) as Tensor2D;
}

/** `toTensor` of an array of rank 3. */
export function toTensor3D(array: Array64): Tensor3D {
  return ofRank(array, 3) as Tensor3D;
}

/** The tensor's values as float64; the tensor stays. */
export function fromTensor(source: Tensor): Array64 {
  return array64(source.shape, source.dataSync());
}

function ofRank(array: Array64, rank: number): Tensor {
  if (array.shape.length !== rank) {
    throw new RangeError(`toTensor${rank}D: the array is [${array.shape.join(', ')}].`);
  }
  return toTensor(array);
}
