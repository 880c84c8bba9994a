// Rows of a group of `size` features, packed into whole vectors. A "row" is one (time, batch) position of [rows, features].
import { has } from './lengths';
import { load4, multiplyAdd, store4 } from './math';

/** Rows that are packed at a time, one for each bit of `realRows`: a multiple of the tiles' four. */
export const blockRows = 64;

/** The bytes before a row of so many numbers. */
// @ts-ignore: decorator
@inline
export function offset(row: i32, numbers: i32): usize {
  return (<usize>row * <usize>numbers) << 2;
}

/** A group's features in whole vectors of four lanes. */
// @ts-ignore: decorator
@inline
export function padded(size: i32): i32 {
  return (size + 3) & ~3;
}

/** Copies a group's rows [from, to) minus `mean` (0 for none), 0 where padded and past the group. */
export function pack(
  source: usize, mean: usize, bits: u64, from: i32, to: i32, features: i32, size: i32, packed: usize,
): void {
  const width = padded(size);
  for (let row = from; row < to; row++) {
    const real = has(bits, row - from);
    for (let i = 0; i < width; i += 4) {
      const at: usize = (<usize>i) << 2;
      let value = f32x4.splat(0);
      if (real) {
        value = load4(source + offset(row, features) + at, size - i);
        if (mean != 0) value = f32x4.sub(value, load4(mean + at, size - i));
      }
      v128.store(packed + offset(row - from, width) + at, value);
    }
  }
}

/** Σ of the packed rows, `width` numbers. */
export function sumRows(packed: usize, rows: i32, width: i32, sums: usize): void {
  for (let i = 0; i < width; i += 4) {
    const at: usize = (<usize>i) << 2;
    let sum = f32x4.splat(0);
    for (let row = 0; row < rows; row++) sum = f32x4.add(sum, v128.load(packed + offset(row, width) + at));
    v128.store(sums + at, sum);
  }
}

/** out [size, size] += aᵀ·b over packed rows; with `symmetric` only from the diagonal's tile on. */
export function addProducts(a: usize, b: usize, rows: i32, size: i32, symmetric: bool, out: usize): void {
  const width = padded(size);
  const line: usize = (<usize>width) << 2;
  for (let i = 0; i < size; i += 4) {
    for (let j = symmetric ? i : 0; j < size; j += 4) {
      let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
      let left = a + ((<usize>i) << 2);
      let right = b + ((<usize>j) << 2);
      for (let row = 0; row < rows; row++) {
        const value = v128.load(right);
        c0 = multiplyAdd(v128.load32_splat(left), value, c0);
        c1 = multiplyAdd(v128.load32_splat(left, 4), value, c1);
        c2 = multiplyAdd(v128.load32_splat(left, 8), value, c2);
        c3 = multiplyAdd(v128.load32_splat(left, 12), value, c3);
        left += line;
        right += line;
      }
      const target = out + offset(i, size) + ((<usize>j) << 2);
      const count = size - j;
      addTo(target, c0, count);
      if (i + 1 < size) addTo(target + offset(1, size), c1, count);
      if (i + 2 < size) addTo(target + offset(2, size), c2, count);
      if (i + 3 < size) addTo(target + offset(3, size), c3, count);
    }
  }
}

// @ts-ignore: decorator
@inline
export function addTo(target: usize, x: v128, count: i32): void {
  store4(target, f32x4.add(load4(target, count), x), count);
}

/** Packed rows · matrix [size, padded size] + c, to the rows [from, to) of target; 0 where padded. */
export function transform(
  packed: usize, matrix: usize, c: usize, target: usize, bits: u64, from: i32, to: i32, features: i32, size: i32,
): void {
  const width = padded(size);
  const line: usize = (<usize>width) << 2;
  for (let row = from; row < to; row += 4) {
    for (let j = 0; j < width; j += 4) {
      const column: usize = (<usize>j) << 2;
      let y0 = v128.load(c + column), y1 = y0, y2 = y0, y3 = y0;
      let source = packed + offset(row - from, width);
      let factor = matrix + column;
      for (let i = 0; i < size; i++) {
        const value = v128.load(factor);
        y0 = multiplyAdd(v128.load32_splat(source), value, y0);
        y1 = multiplyAdd(v128.load32_splat(source + line), value, y1);
        y2 = multiplyAdd(v128.load32_splat(source + 2 * line), value, y2);
        y3 = multiplyAdd(v128.load32_splat(source + 3 * line), value, y3);
        source += 4;
        factor += line;
      }
      const place = target + offset(row, features) + column;
      const count = size - j;
      const zero = f32x4.splat(0);
      store4(place, has(bits, row - from) ? y0 : zero, count);
      if (row + 1 < to) store4(place + offset(1, features), has(bits, row - from + 1) ? y1 : zero, count);
      if (row + 2 < to) store4(place + offset(2, features), has(bits, row - from + 2) ? y2 : zero, count);
      if (row + 3 < to) store4(place + offset(3, features), has(bits, row - from + 3) ? y3 : zero, count);
    }
  }
}
