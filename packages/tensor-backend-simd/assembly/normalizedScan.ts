// What a scan needs besides its cell where normalizers stand inside: on the units [start, end) of every row.
import { isReal } from './lengths';
import { load4, store4, tanh4 } from './math';
import { slope } from './lstm';

/** out = a + b for the columns [start, end) of real rows, 0 on padded ones. */
export function sumColumns(
  a: usize, b: usize, lengths: usize, time: i32, out: usize, rows: i32, columns: i32, start: i32, end: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const line = (<usize>row * <usize>columns) << 2;
    const real = isReal(lengths, row, time);
    for (let column = start; column < end; column += 4) {
      const count = end - column;
      const at: usize = (<usize>column) << 2;
      let sum = f32x4.splat(0);
      if (real) sum = f32x4.add(load4(a + line + at, count), load4(b + line + at, count));
      store4(out + line + at, sum, count);
    }
  }
}

/**
 * The hidden state from the normalized cell, h = o · tanh(normalized), on real rows; `normalized` [rows, H]
 * becomes its tanh. Padded rows are as `lstmForward` left them.
 */
export function lstmOutput(
  gates: usize, normalized: usize, hidden: usize, state: usize, lengths: usize, time: i32,
  rows: i32, units: i32, start: i32, end: i32,
): void {
  const width: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    if (!isReal(lengths, row, time)) continue;
    const output = gates + <usize>row * width * 4 + 3 * width;
    const line = <usize>row * width;
    for (let unit = start; unit < end; unit += 4) {
      const count = end - unit;
      const at: usize = (<usize>unit) << 2;
      const squashed = tanh4(load4(normalized + line + at, count));
      const h = f32x4.mul(load4(output + at, count), squashed);
      store4(normalized + line + at, squashed, count);
      store4(hidden + line + at, h, count);
      if (state != hidden) store4(state + line + at, h, count);
    }
  }
}

/** Its gradient: of the output gate's pre-activation into `dGates`, of the normalized cell into `dNormalized`. */
export function lstmOutputGradient(
  gates: usize, squashed: usize, dHidden: usize, dState: usize, dGates: usize, dNormalized: usize, lengths: usize, time: i32,
  rows: i32, units: i32, start: i32, end: i32,
): void {
  const one = f32x4.splat(1);
  const width: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const gate = <usize>row * width * 4 + 3 * width;
    const line = <usize>row * width;
    const real = isReal(lengths, row, time);
    for (let unit = start; unit < end; unit += 4) {
      const count = end - unit;
      const at: usize = (<usize>unit) << 2;
      if (!real) {
        store4(dNormalized + line + at, f32x4.splat(0), count);
        continue;
      }
      const o = load4(gates + gate + at, count);
      const t = load4(squashed + line + at, count);
      const dh = f32x4.add(load4(dHidden + line + at, count), load4(dState + line + at, count));
      store4(dGates + gate + at, f32x4.mul(f32x4.mul(dh, t), slope(o)), count);
      store4(dNormalized + line + at, f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(t, t))), count);
    }
  }
}
