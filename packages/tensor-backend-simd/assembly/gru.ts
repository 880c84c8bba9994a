// One time step of the GRU on the units [start, end) of every row. Gate order r, z, n.
import { gateSigmoid4, gateTanh4 } from './gates';
import { isReal } from './lengths';
import { load4, store4 } from './math';

const zero: v128 = f32x4.splat(0);
const one: v128 = f32x4.splat(1);

/**
 * Activates the gates and updates the hidden state: n = tanh(x_n + r · u), h' = n + z · (h - n).
 *
 * `product` [rows, 3H] holds h·U; `gates` [rows, 3H] receives r, z and n; `candidate` [rows, H] receives u, the candidate's recurrent
 * term with its bias. Lengths, `bias`, `hidden` and `state` as in `lstmForward`.
 */
export function gruForward(
  projected: usize, product: usize, bias: usize, hiddenBefore: usize, gates: usize, candidate: usize, hidden: usize,
  state: usize, lengths: usize, time: i32, rows: i32, units: i32, start: i32, end: i32,
): void {
  const width: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const p = product + <usize>row * width * 3;
    const g = gates + <usize>row * width * 3;
    const x = projected + <usize>row * width * 3;
    const line = <usize>row * width;
    const real = isReal(lengths, row, time);
    for (let unit = start; unit < end; unit += 4) {
      const count = end - unit;
      const at: usize = (<usize>unit) << 2;
      const before = load4(hiddenBefore + line + at, count);
      if (!real) {
        store4(hidden + line + at, zero, count);
        store4(state + line + at, before, count);
        continue;
      }
      const r = gateSigmoid4(f32x4.add(term(p, bias, at, count), load4(x + at, count)));
      const z = gateSigmoid4(f32x4.add(term(p, bias, width + at, count), load4(x + width + at, count)));
      const u = term(p, bias, 2 * width + at, count);
      const n = gateTanh4(f32x4.add(load4(x + 2 * width + at, count), f32x4.mul(r, u)));
      const h = f32x4.add(n, f32x4.mul(z, f32x4.sub(before, n)));
      store4(g + at, r, count);
      store4(g + width + at, z, count);
      store4(g + 2 * width + at, n, count);
      store4(candidate + line + at, u, count);
      store4(hidden + line + at, h, count);
      if (state != hidden) store4(state + line + at, h, count);
    }
  }
}

/**
 * The gradient of one step: of the projected input into `dX` [rows, 3H]; of h·U over the gates, in place.
 * `dState` receives what bypasses h·U, to which the caller adds the gradient through it.
 */
export function gruBackward(
  gates: usize, candidate: usize, hiddenBefore: usize, dHidden: usize, dState: usize, dX: usize,
  lengths: usize, time: i32, rows: i32, units: i32, start: i32, end: i32,
): void {
  const width: usize = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    const g = gates + <usize>row * width * 3;
    const out = dX + <usize>row * width * 3;
    const line = <usize>row * width;
    const real = isReal(lengths, row, time);
    for (let unit = start; unit < end; unit += 4) {
      const count = end - unit;
      const at: usize = (<usize>unit) << 2;
      if (!real) {
        for (let gate = 0; gate < 3; gate++) {
          store4(out + <usize>gate * width + at, zero, count);
          store4(g + <usize>gate * width + at, zero, count);
        }
        continue;
      }
      const r = load4(g + at, count);
      const z = load4(g + width + at, count);
      const n = load4(g + 2 * width + at, count);
      const dh = f32x4.add(load4(dHidden + line + at, count), load4(dState + line + at, count));
      const toN = f32x4.mul(dh, f32x4.sub(one, z));
      const dN = f32x4.mul(toN, f32x4.sub(one, f32x4.mul(n, n)));
      const toZ = f32x4.mul(dh, f32x4.sub(load4(hiddenBefore + line + at, count), n));
      const dZ = f32x4.mul(toZ, f32x4.mul(z, f32x4.sub(one, z)));
      const toR = f32x4.mul(dN, load4(candidate + line + at, count));
      const dR = f32x4.mul(toR, f32x4.mul(r, f32x4.sub(one, r)));
      store4(out + at, dR, count);
      store4(out + width + at, dZ, count);
      store4(out + 2 * width + at, dN, count);
      store4(g + at, dR, count);
      store4(g + width + at, dZ, count);
      store4(g + 2 * width + at, f32x4.mul(dN, r), count);
      store4(dState + line + at, f32x4.mul(dh, z), count);
    }
  }
}

// @ts-ignore: decorator
@inline
function term(product: usize, bias: usize, at: usize, count: i32): v128 {
  const u = load4(product + at, count);
  return bias == 0 ? u : f32x4.add(u, load4(bias + at, count));
}
