// Means and covariances of groups of `size` features.
import { addProducts, addTo, blockRows, offset, pack, padded, sumRows, transform } from './groupRows';
import { realRows } from './lengths';
import { load4 } from './math';

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
