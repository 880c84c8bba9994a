// One time step of the vanilla recurrent network on the units [start, end) of every row.
import { gateTanh4 } from './gates';
import { isReal } from './lengths';
import { load4, store4 } from './math';

/**
 * state = activation(projected + hidden·U + bias), with hidden·U already in `state`.
 * `rectify` 0 for tanh, 1 for the rectifier. Lengths, `projected`, `hidden` and `state` as in
 * `lstmForward`.
 */
export function rnnForward(
  projected: usize,
  bias: usize,
  hiddenBefore: usize,
  product: usize,
  hidden: usize,
  state: usize,
  lengths: usize,
  time: i32,
  rectify: i32,
  rows: i32,
  units: i32,
  start: i32,
  end: i32,
): void {
  const stride: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const offset = <usize>row * stride;
    const real = isReal(lengths, row, time);
    for (let unit = start; unit < end; unit += 4) {
      const count = end - unit;
      const at = offset + ((<usize>unit) << 2);
      if (!real) {
        store4(hidden + at, f32x4.splat(0), count);
        store4(state + at, load4(hiddenBefore + at, count), count);
        continue;
      }
      let z = load4(product + at, count);
      if (projected != 0) z = f32x4.add(z, load4(projected + at, count));
      if (bias != 0) z = f32x4.add(z, load4(bias + ((<usize>unit) << 2), count));
      const h = rectify ? f32x4.max(z, f32x4.splat(0)) : gateTanh4(z);
      store4(hidden + at, h, count);
      if (state != hidden) store4(state + at, h, count);
    }
  }
}

/** dZ = (dHidden + dState) · activation′; `dState` receives what bypasses the step. */
export function rnnBackward(
  hidden: usize,
  dHidden: usize,
  dState: usize,
  dZ: usize,
  lengths: usize,
  time: i32,
  rectify: i32,
  rows: i32,
  units: i32,
  start: i32,
  end: i32,
): void {
  const stride: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const offset = <usize>row * stride;
    const real = isReal(lengths, row, time);
    for (let unit = start; unit < end; unit += 4) {
      const count = end - unit;
      const at = offset + ((<usize>unit) << 2);
      if (!real) {
        store4(dZ + at, f32x4.splat(0), count);
        continue;
      }
      const h = load4(hidden + at, count);
      const dh = f32x4.add(load4(dHidden + at, count), load4(dState + at, count));
      const slope = rectify
        ? v128.and(f32x4.gt(h, f32x4.splat(0)), f32x4.splat(1))
        : f32x4.sub(f32x4.splat(1), f32x4.mul(h, h));
      store4(dZ + at, f32x4.mul(dh, slope), count);
      store4(dState + at, f32x4.splat(0), count);
    }
  }
}
