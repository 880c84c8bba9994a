// Moments of features, and the standardization by them. A "row" is one (time, batch) position of [rows, features].
import { has, realRows } from './lengths';
import { load4, rowOffset, store4 } from './math';

/**
 * Rows that are summed at a time, one for each bit of `realRows`: a thread's columns of so many stay in its cache, where vectors of four columns
 * find the lines that the vector beside them fetched.
 */
const blockRows = 64;

/** The same where rows are read and written once: few enough that the machine reads ahead in each. */
const passedRows = 8;

/**
 * Mean and biased variance of the features [start, end) over the real ones of `rows` rows, whose first is row `first`
 * of [time, batch]; `lengths` is 0 where nothing is padded.
 * Returns the number of real rows; writes zeros when there is none.
 *
 * Two passes over each block of rows, whose moments join those of the rows before (Chan, Golub, LeVeque 1979): memory
 * is read once.
 */
export function moments(
  x: usize, lengths: usize, batch: i32, first: i32, mean: usize, variance: usize,
  rows: i32, features: i32, start: i32, end: i32,
): i32 {
  const width: usize = (<usize>(end - start)) << 2;
  const column: usize = (<usize>start) << 2;
  memory.fill(mean + column, 0, width);
  memory.fill(variance + column, 0, width);
  let before = 0;
  for (let from = 0; from < rows; from += blockRows) {
    const to = min(from + blockRows, rows);
    const bits = realRows(lengths, batch, first + from, first + to);
    const real = lengths == 0 ? to - from : <i32>popcnt(bits);
    if (real == 0) continue;
    const all = before + real;
    const inverse = f32x4.splat(<f32>(1.0 / <f64>real));
    const share = f32x4.splat(<f32>(<f64>real / <f64>all));
    const weight = f32x4.splat(<f32>(<f64>before * <f64>real / <f64>all));
    let feature = start;
    for (; feature + 4 <= end; feature += 4) momentsOfColumns(x, bits, from, to, features, mean, variance, inverse, share, weight, feature, 4);
    if (feature < end) momentsOfColumns(x, bits, from, to, features, mean, variance, inverse, share, weight, feature, end - feature);
    before = all;
  }
  if (before != 0) scale(variance, f32x4.splat(<f32>(1.0 / <f64>before)), start, end);
  return before;
}

/** Up to four columns of a block of rows: written once and compiled twice, because whole vectors need no tests. */
// @ts-ignore: decorator
@inline
function momentsOfColumns(
  x: usize, bits: u64, from: i32, to: i32, features: i32, mean: usize, variance: usize, inverse: v128, share: v128, weight: v128, feature: i32, count: i32,
): void {
  const at: usize = (<usize>feature) << 2;
  let sum = f32x4.splat(0);
  for (let row = from; row < to; row++) {
    if (has(bits, row - from)) sum = f32x4.add(sum, load4(x + rowOffset(row, features) + at, count));
  }
  const m = f32x4.mul(sum, inverse);
  let squares = f32x4.splat(0);
  for (let row = from; row < to; row++) {
    if (!has(bits, row - from)) continue;
    const d = f32x4.sub(load4(x + rowOffset(row, features) + at, count), m);
    squares = f32x4.add(squares, f32x4.mul(d, d));
  }
  const shift = f32x4.sub(m, load4(mean + at, count));
  const apart = f32x4.mul(f32x4.mul(shift, shift), weight);
  store4(mean + at, f32x4.add(load4(mean + at, count), f32x4.mul(shift, share)), count);
  store4(variance + at, f32x4.add(load4(variance + at, count), f32x4.add(squares, apart)), count);
}

function scale(numbers: usize, factor: v128, start: i32, end: i32): void {
  for (let feature = start; feature < end; feature += 4) {
    const at = numbers + ((<usize>feature) << 2);
    store4(at, f32x4.mul(load4(at, end - feature), factor), end - feature);
  }
}

/** The standard deviation s and the factor d of y = gain · d · (x - mean) + shift, by epsilon rule. */
// @ts-ignore: decorator
@inline
function deviation(variance: v128, epsilon: f32): v128 {
  return f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon)));
}

// @ts-ignore: decorator
@inline
function factor(s: v128, epsilon: f32, twice: i32): v128 {
  return f32x4.div(f32x4.splat(1), twice ? f32x4.add(s, f32x4.splat(epsilon)) : s);
}

/** y = gain · (x - mean) / deviation + shift on real rows, zero on padded ones; `shift` 0 for none. */
export function standardize(
  x: usize, lengths: usize, batch: i32, first: i32, mean: usize, variance: usize, gain: usize, shift: usize, y: usize,
  rows: i32, features: i32, start: i32, end: i32, epsilon: f32, twice: i32,
): void {
  for (let from = 0; from < rows; from += passedRows) {
    const to = min(from + passedRows, rows);
    const bits = realRows(lengths, batch, first + from, first + to);
    let feature = start;
    for (; feature + 4 <= end; feature += 4) standardizeColumns(x, bits, from, to, features, mean, variance, gain, shift, y, epsilon, twice, feature, 4);
    if (feature < end) standardizeColumns(x, bits, from, to, features, mean, variance, gain, shift, y, epsilon, twice, feature, end - feature);
  }
}

// @ts-ignore: decorator
@inline
function standardizeColumns(
  x: usize, bits: u64, from: i32, to: i32, features: i32, mean: usize, variance: usize, gain: usize, shift: usize, y: usize, epsilon: f32, twice: i32, feature: i32, count: i32,
): void {
  const at: usize = (<usize>feature) << 2;
  const d = factor(deviation(load4(variance + at, count), epsilon), epsilon, twice);
  const slope = f32x4.mul(d, load4(gain + at, count));
  const m = load4(mean + at, count);
  const b = shift == 0 ? f32x4.splat(0) : load4(shift + at, count);
  for (let row = from; row < to; row++) {
    const place = rowOffset(row, features) + at;
    const centred = f32x4.sub(load4(x + place, count), m);
    const value = f32x4.add(f32x4.mul(centred, slope), b);
    store4(y + place, has(bits, row - from) ? value : f32x4.splat(0), count);
  }
}

/**
 * The gradient through the moments of the rows: adds to dGain and dShift (0 for none), writes dx; `sums` [2, features]
 * is room for Σ dy and Σ dy · (x - mean).
 * With `fixed` the moments were constants (stored statistics): dx = gain · d · dy.
 *
 *   dx = gain · (d · (dy - mean(dy)) - (x - mean) · d²/s · mean(dy · (x - mean)))
 */
export function standardizeGradient(
  x: usize, dy: usize, lengths: usize, batch: i32, first: i32, mean: usize, variance: usize, gain: usize,
  dx: usize, dGain: usize, dShift: usize, sums: usize, rows: i32, real: i32, features: i32, start: i32, end: i32, epsilon: f32, twice: i32, fixed: i32,
): void {
  standardizeSums(x, dy, lengths, batch, first, mean, variance, dGain, dShift, sums, rows, features, start, end, epsilon, twice);
  standardizeInputGradient(x, dy, lengths, batch, first, mean, variance, gain, dx, sums, rows, real, features, start, end, epsilon, twice, fixed);
}

/** Its first half: the sums, and what dGain and dShift get of them. */
export function standardizeSums(
  x: usize, dy: usize, lengths: usize, batch: i32, first: i32, mean: usize, variance: usize,
  dGain: usize, dShift: usize, sums: usize, rows: i32, features: i32, start: i32, end: i32, epsilon: f32, twice: i32,
): void {
  const width: usize = (<usize>(end - start)) << 2;
  const sumsDy = sums;
  const sumsDyX = sums + rowOffset(1, features);
  memory.fill(sumsDy + ((<usize>start) << 2), 0, width);
  memory.fill(sumsDyX + ((<usize>start) << 2), 0, width);
  for (let from = 0; from < rows; from += blockRows) {
    const to = min(from + blockRows, rows);
    const bits = realRows(lengths, batch, first + from, first + to);
    let feature = start;
    for (; feature + 4 <= end; feature += 4) sumsOfColumns(x, dy, bits, from, to, features, mean, sumsDy, sumsDyX, feature, 4);
    if (feature < end) sumsOfColumns(x, dy, bits, from, to, features, mean, sumsDy, sumsDyX, feature, end - feature);
  }
  for (let feature = start; feature < end; feature += 4) {
    const at: usize = (<usize>feature) << 2;
    const count = end - feature;
    const d = factor(deviation(load4(variance + at, count), epsilon), epsilon, twice);
    store4(dGain + at, f32x4.add(load4(dGain + at, count), f32x4.mul(load4(sumsDyX + at, count), d)), count);
    if (dShift != 0) store4(dShift + at, f32x4.add(load4(dShift + at, count), load4(sumsDy + at, count)), count);
  }
}

/** Its second half: dx, by sums over the rows of one process or of many; `real` rows in all. */
export function standardizeInputGradient(
  x: usize, dy: usize, lengths: usize, batch: i32, first: i32, mean: usize, variance: usize, gain: usize,
  dx: usize, sums: usize, rows: i32, real: i32, features: i32, start: i32, end: i32, epsilon: f32, twice: i32, fixed: i32,
): void {
  const share = f32x4.splat(real == 0 || fixed ? 0 : <f32>(1.0 / <f64>real));
  for (let from = 0; from < rows; from += blockRows) {
    const to = min(from + blockRows, rows);
    const bits = realRows(lengths, batch, first + from, first + to);
    let feature = start;
    for (; feature + 4 <= end; feature += 4) gradientOfColumns(x, dy, bits, from, to, features, mean, variance, gain, dx, sums, share, epsilon, twice, feature, 4);
    if (feature < end) gradientOfColumns(x, dy, bits, from, to, features, mean, variance, gain, dx, sums, share, epsilon, twice, feature, end - feature);
  }
}

// @ts-ignore: decorator
@inline
function sumsOfColumns(
  x: usize, dy: usize, bits: u64, from: i32, to: i32, features: i32, mean: usize, sumsDy: usize, sumsDyX: usize, feature: i32, count: i32,
): void {
  const at: usize = (<usize>feature) << 2;
  const m = load4(mean + at, count);
  let sumDy = f32x4.splat(0);
  let sumDyX = f32x4.splat(0);
  for (let row = from; row < to; row++) {
    if (!has(bits, row - from)) continue;
    const place = rowOffset(row, features) + at;
    const g = load4(dy + place, count);
    sumDy = f32x4.add(sumDy, g);
    sumDyX = f32x4.add(sumDyX, f32x4.mul(g, f32x4.sub(load4(x + place, count), m)));
  }
  store4(sumsDy + at, f32x4.add(load4(sumsDy + at, count), sumDy), count);
  store4(sumsDyX + at, f32x4.add(load4(sumsDyX + at, count), sumDyX), count);
}

// @ts-ignore: decorator
@inline
function gradientOfColumns(
  x: usize, dy: usize, bits: u64, from: i32, to: i32, features: i32, mean: usize, variance: usize, gain: usize, dx: usize, sums: usize, share: v128, epsilon: f32, twice: i32, feature: i32, count: i32,
): void {
  const at: usize = (<usize>feature) << 2;
  const s = deviation(load4(variance + at, count), epsilon);
  const d = factor(s, epsilon, twice);
  const m = load4(mean + at, count);
  const sumDy = load4(sums + at, count);
  const sumDyX = load4(sums + rowOffset(1, features) + at, count);
  const slope = f32x4.mul(load4(gain + at, count), d);
  const meanDy = f32x4.mul(sumDy, share);
  const pull = f32x4.mul(f32x4.mul(sumDyX, share), f32x4.div(d, f32x4.max(s, f32x4.splat(1e-37))));
  for (let row = from; row < to; row++) {
    const place = rowOffset(row, features) + at;
    const centred = f32x4.sub(load4(x + place, count), m);
    const g = f32x4.sub(f32x4.sub(load4(dy + place, count), meanDy), f32x4.mul(centred, pull));
    store4(dx + place, has(bits, row - from) ? f32x4.mul(g, slope) : f32x4.splat(0), count);
  }
}
