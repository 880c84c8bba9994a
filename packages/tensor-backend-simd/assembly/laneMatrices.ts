// Four small matrices at once, one in each lane: a matrix [size, size] of vectors.
import { multiplyAdd } from './math';

/** The address of an element of a matrix of vectors. */
// @ts-ignore: decorator
@inline
export function at(matrix: usize, size: i32, i: i32, j: i32): usize {
  return matrix + ((<usize>(i * size + j)) << 4);
}

/** The bytes of `count` matrices of vectors. */
// @ts-ignore: decorator
@inline
export function bytes(count: i32, size: i32): usize {
  return (<usize>(count * size * size)) << 4;
}

/** Reads four matrices into the lanes; the last one again where there are fewer. */
export function gather(source: usize, count: i32, size: i32, matrix: usize): void {
  const square = size * size;
  const line: usize = (<usize>square) << 2;
  const second: usize = count > 1 ? line : 0;
  const third: usize = count > 2 ? 2 * line : second;
  const fourth: usize = count > 3 ? 3 * line : third;
  for (let i = 0; i < square; i++) {
    const from = source + ((<usize>i) << 2);
    let x = f32x4.splat(load<f32>(from));
    x = f32x4.replace_lane(x, 1, load<f32>(from + second));
    x = f32x4.replace_lane(x, 2, load<f32>(from + third));
    x = f32x4.replace_lane(x, 3, load<f32>(from + fourth));
    v128.store(matrix + ((<usize>i) << 4), x);
  }
}

/** Writes the first `count` lanes. */
export function scatter(matrix: usize, count: i32, size: i32, target: usize): void {
  const square = size * size;
  const line: usize = (<usize>square) << 2;
  for (let i = 0; i < square; i++) {
    const x = v128.load(matrix + ((<usize>i) << 4));
    const to = target + ((<usize>i) << 2);
    store<f32>(to, f32x4.extract_lane(x, 0));
    if (count > 1) store<f32>(to + line, f32x4.extract_lane(x, 1));
    if (count > 2) store<f32>(to + 2 * line, f32x4.extract_lane(x, 2));
    if (count > 3) store<f32>(to + 3 * line, f32x4.extract_lane(x, 3));
  }
}

/** out = a·op(b), op transposing where asked; out is neither of the two. */
export function multiply(a: usize, b: usize, transposedB: bool, size: i32, out: usize): void {
  const line: usize = (<usize>size) << 4;
  const step: usize = transposedB ? 16 : line;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let left = at(a, size, i, 0);
      let right = transposedB ? at(b, size, j, 0) : at(b, size, 0, j);
      const end = left + line;
      let sum = f32x4.splat(0);
      while (left < end) {
        sum = multiplyAdd(v128.load(left), v128.load(right), sum);
        left += 16;
        right += step;
      }
      v128.store(at(out, size, i, j), sum);
    }
  }
}

/** out = aᵀ·b. */
export function multiplyTransposed(a: usize, b: usize, size: i32, out: usize): void {
  const line: usize = (<usize>size) << 4;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let left = at(a, size, 0, i);
      let right = at(b, size, 0, j);
      const end = left + (<usize>size) * line;
      let sum = f32x4.splat(0);
      while (left < end) {
        sum = multiplyAdd(v128.load(left), v128.load(right), sum);
        left += line;
        right += line;
      }
      v128.store(at(out, size, i, j), sum);
    }
  }
}

/** out = a·x + b·y, element by element, with one factor for each lane. */
// @ts-ignore: decorator
@inline
export function combine(a: v128, x: usize, b: v128, y: usize, size: i32, out: usize): void {
  const end = bytes(1, size);
  for (let i: usize = 0; i < end; i += 16) {
    v128.store(out + i, f32x4.add(f32x4.mul(a, v128.load(x + i)), f32x4.mul(b, v128.load(y + i))));
  }
}

/** Σ x∘y. */
export function dot(x: usize, y: usize, size: i32): v128 {
  const end = bytes(1, size);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < end; i += 16) sum = multiplyAdd(v128.load(x + i), v128.load(y + i), sum);
  return sum;
}
