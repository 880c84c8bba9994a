// One time step of the LSTM on the units [start, end) of every row. Gate order i, f, g, o.
import { load4, sigmoid4, store4, tanh4 } from './math';

/**
 * Activates the gates and updates cell and hidden state.
 *
 * `gates` [rows, 4H] holds h·U and receives the activated gates; `projected` [rows, 4H] and `bias` [4H]
 * (0 for none) are added to it. `state` receives the carried hidden state, `hidden` the output, which is
 * zero at a padded row; without a mask (0) they are the same array.
 */
export function lstmForward(
  projected: usize,
  gates: usize,
  bias: usize,
  hiddenBefore: usize,
  cellBefore: usize,
  cell: usize,
  hidden: usize,
  state: usize,
  mask: usize,
  rows: i32,
  units: i32,
  start: i32,
  end: i32,
): void {
  const gateBytes: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const rowGates = gates + <usize>row * gateBytes * 4;
    const rowProjected = projected + <usize>row * gateBytes * 4;
    const rowOffset = <usize>row * gateBytes;
    const real = mask == 0 || load<f32>(mask + ((<usize>row) << 2)) != 0;
    for (let unit = start; unit < end; unit += 4) {
      const count = end - unit;
      const at: usize = (<usize>unit) << 2;
      let zi = f32x4.add(load4(rowGates + at, count), load4(rowProjected + at, count));
      let zf = f32x4.add(
        load4(rowGates + gateBytes + at, count),
        load4(rowProjected + gateBytes + at, count),
      );
      let zg = f32x4.add(
        load4(rowGates + 2 * gateBytes + at, count),
        load4(rowProjected + 2 * gateBytes + at, count),
      );
      let zo = f32x4.add(
        load4(rowGates + 3 * gateBytes + at, count),
        load4(rowProjected + 3 * gateBytes + at, count),
      );
      if (bias != 0) {
        zi = f32x4.add(zi, load4(bias + at, count));
        zf = f32x4.add(zf, load4(bias + gateBytes + at, count));
        zg = f32x4.add(zg, load4(bias + 2 * gateBytes + at, count));
        zo = f32x4.add(zo, load4(bias + 3 * gateBytes + at, count));
      }
      const i = sigmoid4(zi);
      const f = sigmoid4(zf);
      const g = tanh4(zg);
      const o = sigmoid4(zo);
      const before = load4(cellBefore + rowOffset + at, count);
      const c = f32x4.add(f32x4.mul(f, before), f32x4.mul(i, g));
      const h = f32x4.mul(o, tanh4(c));
      store4(rowGates + at, i, count);
      store4(rowGates + gateBytes + at, f, count);
      store4(rowGates + 2 * gateBytes + at, g, count);
      store4(rowGates + 3 * gateBytes + at, o, count);
      if (real) {
        store4(cell + rowOffset + at, c, count);
        store4(hidden + rowOffset + at, h, count);
        if (state != hidden) store4(state + rowOffset + at, h, count);
      } else {
        store4(cell + rowOffset + at, before, count);
        store4(hidden + rowOffset + at, f32x4.splat(0), count);
        store4(state + rowOffset + at, load4(hiddenBefore + rowOffset + at, count), count);
      }
    }
  }
}

/**
 * The gradient of one step. `dHidden` is the gradient of the output, `dState` [rows, H] that of the carried
 * state and `dCell` that of the cell, both from later steps; `dCell` receives the gradient of the cell
 * before this step, `dState` what bypasses the step (all of it at a padded row, else zero), to which the
 * caller adds dGates · Uᵀ. `dGates` [rows, 4H] receives the gradient of the pre-activations.
 */
export function lstmBackward(
  gates: usize,
  cellBefore: usize,
  cell: usize,
  dHidden: usize,
  dState: usize,
  dCell: usize,
  dGates: usize,
  mask: usize,
  rows: i32,
  units: i32,
  start: i32,
  end: i32,
): void {
  const one = f32x4.splat(1);
  const gateBytes: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const rowGates = gates + <usize>row * gateBytes * 4;
    const rowOut = dGates + <usize>row * gateBytes * 4;
    const rowOffset = <usize>row * gateBytes;
    const real = mask == 0 || load<f32>(mask + ((<usize>row) << 2)) != 0;
    for (let unit = start; unit < end; unit += 4) {
      const count = end - unit;
      const at: usize = (<usize>unit) << 2;
      if (!real) {
        const zero = f32x4.splat(0);
        store4(rowOut + at, zero, count);
        store4(rowOut + gateBytes + at, zero, count);
        store4(rowOut + 2 * gateBytes + at, zero, count);
        store4(rowOut + 3 * gateBytes + at, zero, count);
        continue;
      }
      const i = load4(rowGates + at, count);
      const f = load4(rowGates + gateBytes + at, count);
      const g = load4(rowGates + 2 * gateBytes + at, count);
      const o = load4(rowGates + 3 * gateBytes + at, count);
      const before = load4(cellBefore + rowOffset + at, count);
      const squashed = tanh4(load4(cell + rowOffset + at, count));
      const dh = f32x4.add(
        load4(dHidden + rowOffset + at, count),
        load4(dState + rowOffset + at, count),
      );
      const dTanh = f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(squashed, squashed)));
      const dc = f32x4.add(load4(dCell + rowOffset + at, count), dTanh);
      const dI = f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i)));
      const dF = f32x4.mul(f32x4.mul(dc, before), f32x4.mul(f, f32x4.sub(one, f)));
      const dG = f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g)));
      const dO = f32x4.mul(f32x4.mul(dh, squashed), f32x4.mul(o, f32x4.sub(one, o)));
      store4(rowOut + at, dI, count);
      store4(rowOut + gateBytes + at, dF, count);
      store4(rowOut + 2 * gateBytes + at, dG, count);
      store4(rowOut + 3 * gateBytes + at, dO, count);
      store4(dCell + rowOffset + at, f32x4.mul(dc, f), count);
      store4(dState + rowOffset + at, f32x4.splat(0), count);
    }
  }
}
