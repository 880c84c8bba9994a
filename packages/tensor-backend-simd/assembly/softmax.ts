// The softmax of rows of logits, in the pieces that threads meet between: maxima, exponentials with their sums.
import { load4, powerOfTwo4, store4, sum4 } from './math';

const log2e: v128 = f32x4.splat(1.44269504);

/** maxima[row] = the largest z + bias of the row; `bias` [columns] is 0 for none. NaN is passed over: its exponential is NaN. */
export function rowMaxima(z: usize, bias: usize, maxima: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    const max = rowMaximum(z + ((<usize>row * <usize>columns) << 2), bias, columns);
    store<f32>(maxima + ((<usize>row) << 2), max);
  }
}

/** z = exp(z + bias - maxima[row]) in place; totals[row] = the sum of the row. */
export function rowExponentials(
  z: usize, bias: usize, maxima: usize, totals: usize, rows: i32, columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const at: usize = (<usize>row) << 2;
    const total = exponentials(z + ((<usize>row * <usize>columns) << 2), bias, load<f32>(maxima + at), columns);
    store<f32>(totals + at, <f32>total);
  }
}

function rowMaximum(z: usize, bias: usize, columns: i32): f32 {
  let a = f32x4.splat(-Infinity);
  let b = a;
  let c = a;
  let d = a;
  let column = 0;
  for (; column + 16 <= columns; column += 16) {
    const at: usize = (<usize>column) << 2;
    const x = z + at;
    const y = bias + at;
    a = f32x4.pmax(a, bias == 0 ? v128.load(x) : f32x4.add(v128.load(x), v128.load(y)));
    b = f32x4.pmax(b, bias == 0 ? v128.load(x, 16) : f32x4.add(v128.load(x, 16), v128.load(y, 16)));
    c = f32x4.pmax(c, bias == 0 ? v128.load(x, 32) : f32x4.add(v128.load(x, 32), v128.load(y, 32)));
    d = f32x4.pmax(d, bias == 0 ? v128.load(x, 48) : f32x4.add(v128.load(x, 48), v128.load(y, 48)));
  }
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  let max = larger(
    larger(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    larger(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
  for (; column < columns; column++) {
    const at: usize = (<usize>column) << 2;
    max = larger(max, load<f32>(z + at) + (bias == 0 ? 0 : load<f32>(bias + at)));
  }
  return max;
}

/** exp(x - shift) for x at most shift, at least 2^-126. */
// @ts-ignore: decorator
@inline
function expBelow4(x: v128, shift: v128): v128 {
  return powerOfTwo4(f32x4.pmax(f32x4.mul(f32x4.sub(x, shift), log2e), f32x4.splat(-126)));
}

function exponentials(z: usize, bias: usize, max: f32, columns: i32): f64 {
  const shift = f32x4.splat(max);
  // Partial sums of 64 lanes' worth go to float64: 10,000 float32 additions would lose three digits.
  let total: f64 = 0;
  let column = 0;
  const whole = columns & ~3;
  while (column < whole) {
    const end = min(column + 256, whole);
    let partial = f32x4.splat(0);
    for (; column < end; column += 4) {
      const at: usize = (<usize>column) << 2;
      let x = v128.load(z + at);
      if (bias != 0) x = f32x4.add(x, v128.load(bias + at));
      const e = expBelow4(x, shift);
      v128.store(z + at, e);
      partial = f32x4.add(partial, e);
    }
    total += <f64>sum4(partial);
  }
  if (column < columns) {
    const count = columns - column;
    const at: usize = (<usize>column) << 2;
    let x = load4(z + at, count);
    if (bias != 0) x = f32x4.add(x, load4(bias + at, count));
    store4(z + at, expBelow4(x, shift), count);
    for (; column < columns; column++) total += <f64>load<f32>(z + ((<usize>column) << 2));
  }
  return total;
}

// @ts-ignore: decorator
@inline
function larger(a: f32, b: f32): f32 {
  return b > a ? b : a;
}
