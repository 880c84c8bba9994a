// The softmax of rows of logits that lie in tiles of some hundred columns: each tile has maxima of its own, and the
// tiles of a row are put together afterwards, so that a tile is read and written while it is in a core's cache.
import { exp4, load4, powerOfTwo4, store4, sum4 } from './math';

const log2e: v128 = f32x4.splat(1.44269504);

/**
 * Of each row of a tile: maxima[row] = the largest z + bias; z = exp(z + bias - maxima[row]) in place; totals[row] = its
 * sum. A NaN is passed over as a maximum: its exponential is NaN.
 */
export function tileExponentials(
  z: usize, bias: usize, maxima: usize, totals: usize, rows: i32, columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const line = z + ((<usize>row * <usize>columns) << 2);
    const max = rowMaximum(line, bias, columns);
    store<f32>(maxima + ((<usize>row) << 2), max);
    // No class of this tile is possible: its exponentials count for nothing beside those of others.
    const shift: f32 = max == -Infinity ? 0 : max;
    store<f32>(totals + ((<usize>row) << 2), <f32>exponentials(line, bias, shift, columns));
  }
}

/**
 * Puts tiles together: maxima, totals [tiles, stride] become each row's largest logit `max` and `total`, the sum of its
 * exponentials below that.
 */
export function joinTiles(
  maxima: usize, totals: usize, tiles: i32, stride: i32, max: usize, total: usize, rows: i32,
): void {
  const line: usize = <usize>stride << 2;
  for (let row = 0; row < rows; row += 4) {
    const count = rows - row;
    const at: usize = (<usize>row) << 2;
    let largest = load4(maxima + at, count);
    for (let tile = 1; tile < tiles; tile++) {
      largest = f32x4.pmax(largest, load4(maxima + <usize>tile * line + at, count));
    }
    let sum = f32x4.splat(0);
    for (let tile = 0; tile < tiles; tile++) {
      const own = <usize>tile * line + at;
      const below = f32x4.sub(load4(maxima + own, count), largest);
      sum = f32x4.add(sum, f32x4.mul(load4(totals + own, count), exp4(below)));
    }
    store4(max + at, largest, count);
    store4(total + at, sum, count);
  }
}

/** out[row] = factors[row] · exp(maxima[row] - max[row]): what a tile's exponentials are scaled by. */
export function tileFactors(maxima: usize, max: usize, factors: usize, out: usize, rows: i32): void {
  for (let row = 0; row < rows; row += 4) {
    const count = rows - row;
    const at: usize = (<usize>row) << 2;
    const below = f32x4.sub(load4(maxima + at, count), load4(max + at, count));
    store4(out + at, f32x4.mul(load4(factors + at, count), exp4(below)), count);
  }
}

/** e = factors[row] · e in place, and sums [columns] += its rows, one after the other. */
export function scaleAndSum(e: usize, factors: usize, sums: usize, rows: i32, columns: i32): void {
  const line: usize = (<usize>columns) << 2;
  const whole = columns & ~3;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    let at = e + <usize>row * line;
    const factor = factors + ((<usize>row) << 2);
    const a = v128.load32_splat(factor);
    const b = v128.load32_splat(factor, 4);
    const c = v128.load32_splat(factor, 8);
    const d = v128.load32_splat(factor, 12);
    let target = sums;
    for (let column = 0; column < whole; column += 4) {
      const second = at + line;
      const third = second + line;
      const fourth = third + line;
      const p = f32x4.mul(a, v128.load(at));
      const q = f32x4.mul(b, v128.load(second));
      const r = f32x4.mul(c, v128.load(third));
      const s = f32x4.mul(d, v128.load(fourth));
      v128.store(at, p);
      v128.store(second, q);
      v128.store(third, r);
      v128.store(fourth, s);
      v128.store(target, f32x4.add(f32x4.add(f32x4.add(f32x4.add(v128.load(target), p), q), r), s));
      at += 16;
      target += 16;
    }
    if (whole < columns) scaleAndSumRows(e, factors, sums, row, row + 4, columns, whole);
  }
  scaleAndSumRows(e, factors, sums, row, rows, columns, 0);
}

function scaleAndSumRows(
  e: usize, factors: usize, sums: usize, row: i32, last: i32, columns: i32, first: i32,
): void {
  for (; row < last; row++) {
    const x = e + ((<usize>row * <usize>columns) << 2);
    const factor = v128.load32_splat(factors + ((<usize>row) << 2));
    for (let column = first; column < columns; column += 4) {
      const count = columns - column;
      const at: usize = (<usize>column) << 2;
      const scaled = f32x4.mul(factor, load4(x + at, count));
      store4(x + at, scaled, count);
      store4(sums + at, f32x4.add(load4(sums + at, count), scaled), count);
    }
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
