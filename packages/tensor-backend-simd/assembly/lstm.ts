// One time step of the LSTM on the units [start, end) of every row. Gate order i, f, g, o.
import { gateSigmoid4, gateTanh4 } from './gates';
import { isReal } from './lengths';
import { load4, store4 } from './math';

const zero: v128 = f32x4.splat(0);
const one: v128 = f32x4.splat(1);

/**
 * Activates the gates and updates cell and hidden state.
 *
 * `product` [rows, 4H] holds h·U; `projected` [rows, 4H] and `bias` [4H] are added to it. `gates` [rows, 4H] receives the
 * activated gates. `peepholes` [3, H]: the input and forget gates see the cell before the step, the output gate the one
 * after it. `state` receives the carried hidden state, `hidden` the output, zero at a padded row; without
 * padding they are the same array. A row is padded where `time` is not below its number of `lengths` [rows].
 * `projected`, `bias`, `peepholes` and `lengths` are 0 where there is none.
 */
export function lstmForward(
  projected: usize,
  product: usize,
  bias: usize,
  peepholes: usize,
  hiddenBefore: usize,
  cellBefore: usize,
  gates: usize,
  cell: usize,
  hidden: usize,
  state: usize,
  lengths: usize,
  time: i32,
  rows: i32,
  units: i32,
  start: i32,
  end: i32,
): void {
  const width: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const z = product + <usize>row * width * 4;
    const out = gates + <usize>row * width * 4;
    const input: usize = projected == 0 ? 0 : projected + <usize>row * width * 4;
    const line = <usize>row * width;
    const real = isReal(lengths, row, time);
    let unit = start;
    for (; unit + 4 <= end; unit += 4) {
      forwardUnits(
        z, input, bias, peepholes, hiddenBefore + line, cellBefore + line, out, cell + line, hidden + line, state + line,
        state != hidden, real, width, unit, 4,
      );
    }
    if (unit < end) {
      forwardUnits(
        z, input, bias, peepholes, hiddenBefore + line, cellBefore + line, out, cell + line, hidden + line, state + line,
        state != hidden, real, width, unit, end - unit,
      );
    }
  }
}

/** `count` units of a row, at most 4: written once and compiled twice, because whole vectors need no tests. */
// @ts-ignore: decorator
@inline
function forwardUnits(
  z: usize, input: usize, bias: usize, peepholes: usize, hiddenBefore: usize, cellBefore: usize, gates: usize,
  cell: usize, hidden: usize, state: usize, isCarried: bool, real: bool, width: usize, unit: i32, count: i32,
): void {
  const at: usize = (<usize>unit) << 2;
  const before = load4(cellBefore + at, count);
  let zi = sum(z, input, bias, at, count);
  let zf = sum(z, input, bias, width + at, count);
  const zg = sum(z, input, bias, 2 * width + at, count);
  let zo = sum(z, input, bias, 3 * width + at, count);
  if (peepholes != 0) {
    zi = f32x4.add(zi, f32x4.mul(load4(peepholes + at, count), before));
    zf = f32x4.add(zf, f32x4.mul(load4(peepholes + width + at, count), before));
  }
  const i = gateSigmoid4(zi);
  const f = gateSigmoid4(zf);
  const g = gateTanh4(zg);
  const c = f32x4.add(f32x4.mul(f, before), f32x4.mul(i, g));
  if (peepholes != 0) {
    zo = f32x4.add(zo, f32x4.mul(load4(peepholes + 2 * width + at, count), c));
  }
  const o = gateSigmoid4(zo);
  const h = f32x4.mul(o, gateTanh4(c));
  store4(gates + at, i, count);
  store4(gates + width + at, f, count);
  store4(gates + 2 * width + at, g, count);
  store4(gates + 3 * width + at, o, count);
  if (real) {
    store4(cell + at, c, count);
    store4(hidden + at, h, count);
    if (isCarried) store4(state + at, h, count);
  } else {
    store4(cell + at, before, count);
    store4(hidden + at, zero, count);
    store4(state + at, load4(hiddenBefore + at, count), count);
  }
}

/**
 * The gradient of one step. `dHidden` is the gradient of the output, `dState` [rows, H] that of the carried
 * state and `dCell` that of the cell, both from later steps; `dCell` receives the gradient of the cell
 * before this step, `dState` what bypasses the step (all of it at a padded row, else zero), to which the
 * caller adds dGates · Uᵀ. `dGates` [rows, 4H] receives the gradient of the pre-activations.
 *
 * With a normalizer on the cell's way to the output, `lstmOutputGradient` has put the output gate's gradient
 * into `dGates`, and `dCellOut` [rows, H] is the cell's gradient by that way; it is 0 otherwise.
 */
export function lstmBackward(
  gates: usize,
  peepholes: usize,
  cellBefore: usize,
  cell: usize,
  dHidden: usize,
  dState: usize,
  dCell: usize,
  dGates: usize,
  dCellOut: usize,
  lengths: usize,
  time: i32,
  rows: i32,
  units: i32,
  start: i32,
  end: i32,
): void {
  const width: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const activated = gates + <usize>row * width * 4;
    const out = dGates + <usize>row * width * 4;
    const line = <usize>row * width;
    const real = isReal(lengths, row, time);
    let unit = start;
    for (; unit + 4 <= end; unit += 4) {
      backwardUnits(
        activated, out, peepholes, cellBefore + line, cell + line, dHidden + line, dState + line, dCell + line,
        dCellOut == 0 ? 0 : dCellOut + line, real, width, unit, 4,
      );
    }
    if (unit < end) {
      backwardUnits(
        activated, out, peepholes, cellBefore + line, cell + line, dHidden + line, dState + line, dCell + line,
        dCellOut == 0 ? 0 : dCellOut + line, real, width, unit, end - unit,
      );
    }
  }
}

// @ts-ignore: decorator
@inline
function backwardUnits(
  activated: usize, out: usize, peepholes: usize, cellBefore: usize, cell: usize, dHidden: usize, dState: usize,
  dCell: usize, dCellOut: usize, real: bool, width: usize, unit: i32, count: i32,
): void {
  const at: usize = (<usize>unit) << 2;
  if (!real) {
    store4(out + at, zero, count);
    store4(out + width + at, zero, count);
    store4(out + 2 * width + at, zero, count);
    store4(out + 3 * width + at, zero, count);
    return;
  }
  const i = load4(activated + at, count);
  const f = load4(activated + width + at, count);
  const g = load4(activated + 2 * width + at, count);
  const o = load4(activated + 3 * width + at, count);
  const before = load4(cellBefore + at, count);
  let dO: v128;
  let dc = load4(dCell + at, count);
  if (dCellOut == 0) {
    const squashed = gateTanh4(load4(cell + at, count));
    const dh = f32x4.add(load4(dHidden + at, count), load4(dState + at, count));
    dO = f32x4.mul(f32x4.mul(dh, squashed), slope(o));
    const dTanh = f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(squashed, squashed)));
    dc = f32x4.add(dc, dTanh);
  } else {
    dO = load4(out + 3 * width + at, count);
    dc = f32x4.add(dc, load4(dCellOut + at, count));
  }
  if (peepholes != 0) {
    dc = f32x4.add(dc, f32x4.mul(dO, load4(peepholes + 2 * width + at, count)));
  }
  const dI = f32x4.mul(f32x4.mul(dc, g), slope(i));
  const dF = f32x4.mul(f32x4.mul(dc, before), slope(f));
  const dG = f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g)));
  let dBefore = f32x4.mul(dc, f);
  if (peepholes != 0) {
    dBefore = f32x4.add(dBefore, f32x4.mul(dI, load4(peepholes + at, count)));
    dBefore = f32x4.add(dBefore, f32x4.mul(dF, load4(peepholes + width + at, count)));
  }
  store4(out + at, dI, count);
  store4(out + width + at, dF, count);
  store4(out + 2 * width + at, dG, count);
  store4(out + 3 * width + at, dO, count);
  store4(dCell + at, dBefore, count);
  store4(dState + at, zero, count);
}

/** Adds one step's gradient of the peepholes to `dPeepholes` [3, H]. */
export function peepholeGradient(
  dGates: usize,
  cellBefore: usize,
  cell: usize,
  dPeepholes: usize,
  rows: i32,
  units: i32,
  start: i32,
  end: i32,
): void {
  const width: usize = (<usize>units) << 2;
  for (let unit = start; unit < end; unit += 4) {
    const count = end - unit;
    const at: usize = (<usize>unit) << 2;
    let dInput = load4(dPeepholes + at, count);
    let dForget = load4(dPeepholes + width + at, count);
    let dOutput = load4(dPeepholes + 2 * width + at, count);
    for (let row = 0; row < rows; row++) {
      const d = dGates + <usize>row * width * 4 + at;
      const line = <usize>row * width + at;
      const before = load4(cellBefore + line, count);
      dInput = f32x4.add(dInput, f32x4.mul(load4(d, count), before));
      dForget = f32x4.add(dForget, f32x4.mul(load4(d + width, count), before));
      dOutput = f32x4.add(dOutput, f32x4.mul(load4(d + 3 * width, count), load4(cell + line, count)));
    }
    store4(dPeepholes + at, dInput, count);
    store4(dPeepholes + width + at, dForget, count);
    store4(dPeepholes + 2 * width + at, dOutput, count);
  }
}

// @ts-ignore: decorator
@inline
function sum(product: usize, input: usize, bias: usize, at: usize, count: i32): v128 {
  let z = load4(product + at, count);
  if (input != 0) z = f32x4.add(z, load4(input + at, count));
  return bias == 0 ? z : f32x4.add(z, load4(bias + at, count));
}

/** The slope of the sigmoid by its value. */
// @ts-ignore: decorator
@inline
export function slope(value: v128): v128 {
  return f32x4.mul(value, f32x4.sub(one, value));
}
