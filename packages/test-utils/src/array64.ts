/** A float64 array of any rank in row-major order: what the oracle computes with. */
export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * A float64 array of the given shape over a copy of `values`; zeros without them.
 *
 * @throws RangeError when the number of values is not the shape's.
 */
export function array64(shape: readonly number[], values?: ArrayLike<number>): Array64 {
  const size = sizeOf(shape);
  if (values !== undefined && values.length !== size) {
    throw new RangeError(
      `array64: ${values.length} values given, [${shape.join(', ')}] holds ${size}.`,
    );
  }
  const data = values === undefined ? new Float64Array(size) : Float64Array.from(values);
  return { shape: [...shape], data };
}

/** The element at the given indices, one for each axis. */
export function at(array: Array64, ...indices: readonly number[]): number {
  return array.data[offsetOf(array, indices)] as number;
}

/** Writes the element at the given indices, one for each axis. */
export function put(array: Array64, value: number, ...indices: readonly number[]): void {
  array.data[offsetOf(array, indices)] = value;
}

/** The size of one axis. */
export function axis(array: Array64, index: number): number {
  const size = array.shape[index];
  if (size === undefined) {
    throw new RangeError(`axis: [${array.shape.join(', ')}] has no axis ${index}.`);
  }
  return size;
}

/** A new array with `f` applied to each element of one array. */
export function map64(array: Array64, f: (value: number, index: number) => number): Array64 {
  return { shape: array.shape, data: array.data.map(f) };
}

/** The same elements under another shape of the same size. */
export function reshape64(array: Array64, shape: readonly number[]): Array64 {
  return array64(shape, array.data);
}

function offsetOf(array: Array64, indices: readonly number[]): number {
  let offset = 0;
  for (let k = 0; k < array.shape.length; k++) {
    const size = array.shape[k] as number;
    const index = indices[k];
    if (index === undefined || index < 0 || index >= size) {
      throw new RangeError(
        `index [${indices.join(', ')}] lies outside [${array.shape.join(', ')}].`,
      );
    }
    offset = offset * size + index;
  }
  if (indices.length !== array.shape.length) {
    throw new RangeError(
      `index [${indices.join(', ')}] has not the rank of [${array.shape.join(', ')}].`,
    );
  }
  return offset;
}
