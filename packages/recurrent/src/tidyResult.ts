import { tidy, type TensorContainer } from '@tensorflow/tfjs-core';

/**
 * `tidy` for a typed result: frees every tensor that `compute` makes and does not return.
 *
 * Tensors are found in arrays and plain objects, not in a Map.
 */
export function tidyResult<Result extends object>(compute: () => Result): Result {
  return tidy(compute as () => Result & TensorContainer);
}
