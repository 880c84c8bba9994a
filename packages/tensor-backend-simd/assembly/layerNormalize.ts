// Layer normalization. A "row" is one (time, batch) position of [rows, features].
import { has, realRows } from './lengths';
import { load4, rowOffset, store4, sum4 } from './math';

/**
 * Layer normalization of the rows [start, end): each of `groups` equal blocks is standardized alone.
 * Row r of x is row `first` + r of [time, batch]; padded rows become zeros. With `center` 0 no mean is subtracted.
 */
export function layerNormalize(
  x: usize, gain: usize, shift: usize, lengths: usize, batch: i32, first: i32, y: usize, start: i32, end: i32, features: i32, groups: i32, epsilon: f32, center: i32,
): void {
  const width = features / groups;
  for (let row = start; row < end; row++) {
    if (!has(realRows(lengths, batch, first + row, first + row + 1), 0)) {
      memory.fill(y + rowOffset(row, features), 0, rowOffset(1, features));
      continue;
    }
    for (let group = 0; group < groups; group++) {
      const column: usize = (<usize>(group * width)) << 2;
      const source = x + rowOffset(row, features) + column;
      const target = y + rowOffset(row, features) + column;
      const m = center ? rowMean(source, width) : 0;
      const inverse: f32 = 1 / Mathf.sqrt(rowVariance(source, width, m) + epsilon);
      for (let i = 0; i < width; i += 4) {
        const count = width - i;
        const at: usize = (<usize>i) << 2;
        const hat = f32x4.mul(f32x4.sub(load4(source + at, count), f32x4.splat(m)), f32x4.splat(inverse));
        let out = f32x4.mul(hat, load4(gain + column + at, count));
        if (shift != 0) out = f32x4.add(out, load4(shift + column + at, count));
        store4(target + at, out, count);
      }
    }
  }
}

/** Its gradient on the rows [start, end); adds to dGain and dShift, which each thread keeps for itself. */
export function layerNormalizeGradient(
  x: usize, dy: usize, gain: usize, lengths: usize, batch: i32, first: i32, dx: usize, dGain: usize, dShift: usize,
  start: i32, end: i32, features: i32, groups: i32, epsilon: f32, center: i32,
): void {
  const width = features / groups;
  for (let row = start; row < end; row++) {
    if (!has(realRows(lengths, batch, first + row, first + row + 1), 0)) {
      memory.fill(dx + rowOffset(row, features), 0, rowOffset(1, features));
      continue;
    }
    for (let group = 0; group < groups; group++) {
      const column: usize = (<usize>(group * width)) << 2;
      const base = rowOffset(row, features) + column;
      const m = center ? rowMean(x + base, width) : 0;
      const inverse: f32 = 1 / Mathf.sqrt(rowVariance(x + base, width, m) + epsilon);
      let sumG = f32x4.splat(0);
      let sumGX = f32x4.splat(0);
      for (let i = 0; i < width; i += 4) {
        const count = width - i;
        const at: usize = (<usize>i) << 2;
        const dOut = load4(dy + base + at, count);
        const hat = f32x4.mul(f32x4.sub(load4(x + base + at, count), f32x4.splat(m)), f32x4.splat(inverse));
        const g = f32x4.mul(dOut, load4(gain + column + at, count));
        store4(dGain + column + at, f32x4.add(load4(dGain + column + at, count), f32x4.mul(dOut, hat)), count);
        if (dShift != 0) store4(dShift + column + at, f32x4.add(load4(dShift + column + at, count), dOut), count);
        // Lanes past the row have g = 0 because dy does.
        sumG = f32x4.add(sumG, g);
        sumGX = f32x4.add(sumGX, f32x4.mul(g, hat));
      }
      const meanG = f32x4.splat(center ? sum4(sumG) / <f32>width : 0);
      const meanGX = f32x4.splat(sum4(sumGX) / <f32>width);
      for (let i = 0; i < width; i += 4) {
        const count = width - i;
        const at: usize = (<usize>i) << 2;
        const hat = f32x4.mul(f32x4.sub(load4(x + base + at, count), f32x4.splat(m)), f32x4.splat(inverse));
        const g = f32x4.mul(load4(dy + base + at, count), load4(gain + column + at, count));
        const out = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(hat, meanGX));
        store4(dx + base + at, f32x4.mul(out, f32x4.splat(inverse)), count);
      }
    }
  }
}

function rowMean(x: usize, width: i32): f32 {
  let sum: f64 = 0;
  let i = 0;
  for (; i + 4 <= width; i += 4) sum += <f64>sum4(v128.load(x + ((<usize>i) << 2)));
  for (; i < width; i++) sum += <f64>load<f32>(x + ((<usize>i) << 2));
  return <f32>(sum / <f64>width);
}

function rowVariance(x: usize, width: i32, mean: f32): f32 {
  const m = f32x4.splat(mean);
  let sum: f64 = 0;
  let i = 0;
  for (; i + 4 <= width; i += 4) {
    const d = f32x4.sub(v128.load(x + ((<usize>i) << 2)), m);
    sum += <f64>sum4(f32x4.mul(d, d));
  }
  for (; i < width; i++) {
    const d = load<f32>(x + ((<usize>i) << 2)) - mean;
    sum += <f64>(d * d);
  }
  return <f32>(sum / <f64>width);
}
