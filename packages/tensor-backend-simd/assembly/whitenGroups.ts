// Products of groups of `size` features with a matrix of their own.
import { addProducts, addTo, blockRows, offset, pack, padded, sumRows, transform } from './groupRows';
import { realRows } from './lengths';
import { load4, multiplyAdd, store4 } from './math';

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
