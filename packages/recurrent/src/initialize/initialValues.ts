import { randomStream } from '@bnrnn/core';
import type { InitializerSpec } from './initializer';
import { orthonormal } from './orthonormal';

/** What a parameter is to an initializer. */
export interface ParameterShape {
  /** [features] of a vector, [rows, columns] of a matrix. */
  readonly shape: readonly number[];
  /** Gates side by side in a matrix's columns, each a matrix of its own; 1 when absent. */
  readonly gates?: number;
  /** `recurrent` marks U of h·U, `vector` what is no matrix though its shape may be. */
  readonly role: 'matrix' | 'recurrent' | 'vector';
}

/**
 * The values a parameter starts at: a function of its path, the seed and the initializer alone.
 *
 *   uniform: U(−range, range)     glorot: U(±sqrt(6 / (rows + columns)))     normal: N(0, deviation²)
 *
 * @param path  names the random stream: the same path has the same values in baseline and treatment.
 * @returns     float32, row-major, as many as the shape holds.
 * @see Glorot, Bengio 2010, eq. 16; docs/paper-map.md#speech for Glorot, #language-modelling for uniform.
 */
export function initialValues(
  path: string,
  seed: number,
  initializer: InitializerSpec,
  { shape, gates = 1, role }: ParameterShape,
): Float32Array {
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (initializer.kind === 'zeros') return new Float32Array(size);
  const stream = randomStream(path, seed);
  if (initializer.kind === 'uniform') {
    return stream.uniform(size, -initializer.range, initializer.range);
  }
  if (initializer.kind === 'normal') return stream.normal(size, 0, initializer.deviation);
  const [rows, columns] = shape;
  if (role === 'vector' || rows === undefined || columns === undefined) {
    return new Float32Array(size);
  }
  const width = columns / gates;
  if (initializer.kind === 'glorot') {
    const range = Math.sqrt(6 / (rows + width));
    return stream.uniform(size, -range, range);
  }
  const identity = role === 'recurrent' && initializer.recurrent === 'identity';
  const values = new Float32Array(size);
  for (let gate = 0; gate < gates; gate++) {
    const block = identity
      ? identityMatrix(rows, width)
      : orthonormal(rows, width, stream.normal(rows * width, 0, 1, gate));
    for (let row = 0; row < rows; row++) {
      values.set(block.subarray(row * width, (row + 1) * width), row * columns + gate * width);
    }
  }
  return values;
}

function identityMatrix(rows: number, columns: number): Float64Array {
  const matrix = new Float64Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) matrix[i * columns + i] = 1;
  return matrix;
}
