import { expectShape, ShapeError, UsageError } from '@bnrnn/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The largest value of tensors that were read before, by their data. */
const known = new WeakMap<object, number>();

/**
 * Checks row numbers before they reach a backend: `wasm` reads beyond a table without a word.
 *
 * @throws ShapeError for another shape or dtype; UsageError for a number outside 0 to size - 1.
 */
export function expectIndices(
  caller: string,
  argument: string,
  indices: Tensor,
  rows: number | null,
  size: number,
): void {
  expectShape(caller, argument, indices, { rows });
  if (indices.dtype !== 'int32') {
    throw new ShapeError(`${caller}: ${argument} is ${indices.dtype}, expected int32.`);
  }
  let largest = known.get(indices.dataId);
  if (largest === undefined) {
    largest = -1;
    for (const value of indices.dataSync()) {
      if (value < 0) refuse(caller, argument, value, size);
      if (value > largest) largest = value;
    }
    known.set(indices.dataId, largest);
  }
  if (largest >= size) refuse(caller, argument, largest, size);
}

function refuse(caller: string, argument: string, value: number, size: number): never {
  throw new UsageError(`${caller}: ${argument} holds ${value}, expected 0 to ${size - 1}.`);
}
