// Means, covariances and products of groups of `size` features. A "row" is one (time, batch) position of [rows, features].
import { has, realRows } from './lengths';
import { load4, multiplyAdd, store4 } from './math';

/** Rows that are packed at a time, one for each bit of `realRows`: a multiple of the tiles' four. */
const blockRows = 64;

/** The bytes before a row of so many numbers. */
// @ts-ignore: decorator
@inline
function offset(row: i32, numbers: i32): usize {
  return (<usize>row * <usize>numbers) << 2;
}

/** A group's features in whole vectors of four lanes. */
// @ts-ignore: decorator
@inline
function padded(size: i32): i32 {
  return (size + 3) & ~3;
}

/** Copies a group's rows [from, to) minus `mean` (0 for none), 0 where padded and past the group. */
function pack(
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
function sumRows(packed: usize, rows: i32, width: i32, sums: usize): void {
  for (let i = 0; i < width; i += 4) {
    const at: usize = (<usize>i) << 2;
    let sum = f32x4.splat(0);
    for (let row = 0; row < rows; row++) sum = f32x4.add(sum, v128.load(packed + offset(row, width) + at));
    v128.store(sums + at, sum);
  }
}

/** out [size, size] += aᵀ·b over packed rows; with `symmetric` only from the diagonal's tile on. */
function addProducts(a: usize, b: usize, rows: i32, size: i32, symmetric: bool, out: usize): void {
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
function addTo(target: usize, x: v128, count: i32): void {
  store4(target, f32x4.add(load4(target, count), x), count);
}

/** Packed rows · matrix [size, padded size] + c, to the rows [from, to) of target; 0 where padded. */
function transform(
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

/**
 * Mean [features] and covariance [groups, size, size] of the groups [start, end) over the real ones of `rows` rows,
 * whose first is row `first` of [time, batch]; `lengths` is 0 where nothing is padded. Zeros where no row is real.
 *
 * The covariance of each block of rows joins that of the rows before (Chan, Golub, LeVeque 1979). `scratch` holds
 * (blockRows + 2) rows of a group.
 */
export function groupMoments(
  x: usize, lengths: usize, batch: i32, first: i32, mean: usize, covariance: usize,
  rows: i32, features: i32, size: i32, start: i32, end: i32, scratch: usize,
): void {
  const width = padded(size);
  const square = size * size;
  const sums = scratch + offset(blockRows, width);
  const apart = sums + offset(1, width);
  memory.fill(mean + offset(start, size), 0, offset(end - start, size));
  memory.fill(covariance + offset(start, square), 0, offset(end - start, square));
  let before = 0;
  for (let from = 0; from < rows; from += blockRows) {
    const to = min(from + blockRows, rows);
    const bits = realRows(lengths, batch, first + from, first + to);
    const real = lengths == 0 ? to - from : <i32>popcnt(bits);
    if (real == 0) continue;
    const all = before + real;
    const inverse = f32x4.splat(<f32>(1.0 / <f64>real));
    const share = f32x4.splat(<f32>(<f64>real / <f64>all));
    const weight = <f32>(<f64>before * <f64>real / <f64>all);
    for (let group = start; group < end; group++) {
      const source = x + offset(group, size);
      const m = mean + offset(group, size);
      const c = covariance + offset(group, square);
      pack(source, 0, bits, from, to, features, size, scratch);
      sumRows(scratch, to - from, width, sums);
      for (let i = 0; i < width; i += 4) {
        const at: usize = (<usize>i) << 2;
        v128.store(sums + at, f32x4.mul(v128.load(sums + at), inverse));
        const shift = f32x4.sub(v128.load(sums + at), load4(m + at, size - i));
        v128.store(apart + at, shift);
        addTo(m + at, f32x4.mul(shift, share), size - i);
      }
      pack(source, sums, bits, from, to, features, size, scratch);
      addProducts(scratch, scratch, to - from, size, true, c);
      if (before != 0) {
        for (let i = 0; i < size; i++) {
          const factor = f32x4.splat(load<f32>(apart + ((<usize>i) << 2)) * weight);
          for (let j = i & ~3; j < size; j += 4) {
            const at: usize = (<usize>j) << 2;
            addTo(c + offset(i, size) + at, f32x4.mul(factor, v128.load(apart + at)), size - j);
          }
        }
      }
    }
    before = all;
  }
  if (before == 0) return;
  const inverse: f32 = <f32>(1.0 / <f64>before);
  for (let group = start; group < end; group++) {
    const c = covariance + offset(group, square);
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) {
        const value = load<f32>(c + offset(i, size) + ((<usize>j) << 2)) * inverse;
        store<f32>(c + offset(i, size) + ((<usize>j) << 2), value);
        store<f32>(c + offset(j, size) + ((<usize>i) << 2), value);
      }
    }
  }
}

/**
 * The gradient through mean and covariance, over `real` real rows:
 *
 *   dx = ((x − mean)·(dC + dCᵀ) + dMean)/real
 *
 * `scratch` holds blockRows + size + 1 rows of a group.
 */
export function groupMomentsGradient(
  x: usize, lengths: usize, batch: i32, first: i32, mean: usize, dMean: usize, dCovariance: usize, dx: usize,
  rows: i32, real: i32, features: i32, size: i32, start: i32, end: i32, scratch: usize,
): void {
  const width = padded(size);
  const matrix = scratch + offset(blockRows, width);
  const c = matrix + offset(size, width);
  const share: f32 = real == 0 ? 0 : <f32>(1.0 / <f64>real);
  for (let from = 0; from < rows; from += blockRows) {
    const to = min(from + blockRows, rows);
    const bits = realRows(lengths, batch, first + from, first + to);
    for (let group = start; group < end; group++) {
      const d = dCovariance + offset(group, size * size);
      memory.fill(matrix, 0, offset(size + 1, width));
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const both =
            load<f32>(d + offset(i, size) + ((<usize>j) << 2)) + load<f32>(d + offset(j, size) + ((<usize>i) << 2));
          store<f32>(matrix + offset(i, width) + ((<usize>j) << 2), both * share);
        }
        const along = load<f32>(dMean + offset(group, size) + ((<usize>i) << 2));
        store<f32>(c + ((<usize>i) << 2), along * share);
      }
      pack(x + offset(group, size), mean + offset(group, size), bits, from, to, features, size, scratch);
      transform(scratch, matrix, c, dx + offset(group, size), bits, from, to, features, size);
    }
  }
}

/** matrix [size, padded size] = A·diag(gain), or its transpose. */
function scaleMatrix(a: usize, gain: usize, size: i32, transposed: bool, matrix: usize): void {
  const width = padded(size);
  memory.fill(matrix, 0, offset(size, width));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const value = load<f32>(a + offset(i, size) + ((<usize>j) << 2)) * load<f32>(gain + ((<usize>j) << 2));
      store<f32>(matrix + (transposed ? offset(j, width) + ((<usize>i) << 2) : offset(i, width) + ((<usize>j) << 2)), value);
    }
  }
}

/** y = gain·(x − mean)·A + shift for each group, zero on padded rows; `shift` 0 for none. Scratch as above. */
export function whitenGroups(
  x: usize, lengths: usize, batch: i32, first: i32, mean: usize, a: usize, gain: usize, shift: usize, y: usize,
  rows: i32, features: i32, size: i32, start: i32, end: i32, scratch: usize,
): void {
  const width = padded(size);
  const matrix = scratch + offset(blockRows, width);
  const c = matrix + offset(size, width);
  memory.fill(c, 0, offset(1, width));
  for (let from = 0; from < rows; from += blockRows) {
    const to = min(from + blockRows, rows);
    const bits = realRows(lengths, batch, first + from, first + to);
    for (let group = start; group < end; group++) {
      const column = offset(group, size);
      scaleMatrix(a + offset(group, size * size), gain + column, size, false, matrix);
      if (shift != 0) memory.copy(c, shift + column, offset(1, size));
      pack(x + column, mean + column, bits, from, to, features, size, scratch);
      transform(scratch, matrix, c, y + column, bits, from, to, features, size);
    }
  }
}

/**
 * Its gradient over one set of rows: writes dx, dMean and dA, adds to dGain and dShift (0 for none). With B the products
 * (x − mean)ᵀ·dy:
 *
 *   dx = (gain·dy)·Aᵀ     dMean = −Σ dx     dA = B·diag(gain)     dGain = diag(Aᵀ·B)     dShift = Σ dy
 *
 * `scratch` holds 2·blockRows + size + 2 rows of a group.
 */
export function whitenGroupsGradient(
  x: usize, dy: usize, lengths: usize, batch: i32, first: i32, mean: usize, a: usize, gain: usize,
  dx: usize, dMean: usize, dA: usize, dGain: usize, dShift: usize,
  rows: i32, features: i32, size: i32, start: i32, end: i32, scratch: usize,
): void {
  const width = padded(size);
  const square = size * size;
  const packedDy = scratch + offset(blockRows, width);
  const matrix = packedDy + offset(blockRows, width);
  const zeros = matrix + offset(size, width);
  const sums = zeros + offset(1, width);
  memory.fill(zeros, 0, offset(1, width));
  memory.fill(dMean + offset(start, size), 0, offset(end - start, size));
  memory.fill(dA + offset(start, square), 0, offset(end - start, square));
  for (let from = 0; from < rows; from += blockRows) {
    const to = min(from + blockRows, rows);
    const bits = realRows(lengths, batch, first + from, first + to);
    for (let group = start; group < end; group++) {
      const column = offset(group, size);
      pack(x + column, mean + column, bits, from, to, features, size, scratch);
      pack(dy + column, 0, bits, from, to, features, size, packedDy);
      addProducts(scratch, packedDy, to - from, size, false, dA + offset(group, square));
      scaleMatrix(a + offset(group, square), gain + column, size, true, matrix);
      transform(packedDy, matrix, zeros, dx + column, bits, from, to, features, size);
      sumRows(packedDy, to - from, width, sums);
      for (let i = 0; i < size; i += 4) {
        const at: usize = (<usize>i) << 2;
        if (dShift != 0) addTo(dShift + column + at, v128.load(sums + at), size - i);
        let sum = f32x4.splat(0);
        for (let j = 0; j < size; j++) {
          sum = multiplyAdd(v128.load32_splat(sums + ((<usize>j) << 2)), v128.load(matrix + offset(j, width) + at), sum);
        }
        addTo(dMean + column + at, f32x4.neg(sum), size - i);
      }
    }
  }
  for (let group = start; group < end; group++) {
    const column = offset(group, size);
    for (let i = 0; i < size; i++) {
      const at: usize = offset(group, square) + offset(i, size);
      for (let j = 0; j < size; j += 4) {
        const place: usize = (<usize>j) << 2;
        const count = size - j;
        const b = load4(dA + at + place, count);
        addTo(dGain + column + place, f32x4.mul(b, load4(a + at + place, count)), count);
        store4(dA + at + place, f32x4.mul(b, load4(gain + column + place, count)), count);
      }
    }
  }
}
