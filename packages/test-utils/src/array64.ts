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
  const data = values === undefined ? new Float64Array(size) : new Float64Array(values);
  return { shape: [...shape], data };
}

/** The element at the given indices, one for each of at most three axes. */
export function at(array: Array64, i: number, j?: number, k?: number): number {
  return array.data[offsetOf(array.shape, i, j, k)] as number;
}

/** Writes the element at the given indices, one for each of at most three axes. */
export function put(array: Array64, value: number, i: number, j?: number, k?: number): void {
  array.data[offsetOf(array.shape, i, j, k)] = value;
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

/** Row-major; indices are checked one by one, written out because the oracle spends its time here. */
function offsetOf(shape: readonly number[], i: number, j?: number, k?: number): number {
  const [rows = 0, columns = 0, depth = 0] = shape;
  const inside = i >= 0 && i < rows;
  if (j === undefined) {
    if (inside && shape.length === 1) return i;
  } else if (k === undefined) {
    if (inside && j >= 0 && j < columns && shape.length === 2) return i * columns + j;
  } else if (inside && j >= 0 && j < columns && k >= 0 && k < depth && shape.length === 3) {
    return (i * columns + j) * depth + k;
  }
  const index = [i, j, k].filter((part) => part !== undefined).join(', ');
  throw new RangeError(`[${index}] is no index of [${shape.join(', ')}].`);
}
