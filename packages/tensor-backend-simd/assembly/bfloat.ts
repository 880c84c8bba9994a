// Numbers as bfloat16: the upper half of a float32, rounded to the nearest, ties to even.

const quietNaN = 0x7fc0;

/** [rows, columns] numbers, whose rows are `ld` numbers apart, as bfloat16 in rows of `ldOut` numbers. */
export function toBfloat(x: usize, ld: i32, rows: i32, columns: i32, out: usize, ldOut: i32): void {
  for (let row = 0; row < rows; row++) {
    const from = x + ((<usize>row * <usize>ld) << 2);
    const to = out + ((<usize>row * <usize>ldOut) << 1);
    let j = 0;
    for (; j + 16 <= columns; j += 16) {
      const at = from + (<usize>j << 2);
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const c = v128.load(at, 32);
      const d = v128.load(at, 48);
      const place = to + (<usize>j << 1);
      if (areNumbers(a, b, c, d)) {
        v128.store(place, narrow(upperOfNumbers(a), upperOfNumbers(b)));
        v128.store(place, narrow(upperOfNumbers(c), upperOfNumbers(d)), 16);
      } else {
        v128.store(place, narrow(upper(a), upper(b)));
        v128.store(place, narrow(upper(c), upper(d)), 16);
      }
    }
    for (; j < columns; j++) {
      const half = upper(v128.load32_splat(from + (<usize>j << 2)));
      store<u16>(to + (<usize>j << 1), <u16>i32x4.extract_lane(half, 0));
    }
  }
}

/**
 * The same in two parts: x = high + low to 16 bits. `high` is written twice. `low` is 0 where `high` is not finite.
 */
export function splitBfloat(
  x: usize, ld: i32, rows: i32, columns: i32, high: usize, again: usize, low: usize, ldOut: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const from = x + ((<usize>row * <usize>ld) << 2);
    const line: usize = (<usize>row * <usize>ldOut) << 1;
    let j = 0;
    for (; j + 8 <= columns; j += 8) {
      const at = from + (<usize>j << 2);
      const x0 = v128.load(at);
      const x1 = v128.load(at, 16);
      const h0 = upper(x0);
      const h1 = upper(x1);
      const halves = narrow(h0, h1);
      const place = line + (<usize>j << 1);
      v128.store(high + place, halves);
      v128.store(again + place, halves);
      v128.store(low + place, narrow(rest(x0, h0), rest(x1, h1)));
    }
    for (; j < columns; j++) {
      const value = v128.load32_splat(from + (<usize>j << 2));
      const half = upper(value);
      const place = line + (<usize>j << 1);
      store<u16>(high + place, <u16>i32x4.extract_lane(half, 0));
      store<u16>(again + place, <u16>i32x4.extract_lane(half, 0));
      store<u16>(low + place, <u16>i32x4.extract_lane(rest(value, half), 0));
    }
  }
}

/** Whether no lane is NaN: a NaN would make the sum of all NaN. May be false without one, where infinities meet. */
// @ts-ignore: decorator
@inline
export function areNumbers(a: v128, b: v128, c: v128, d: v128): bool {
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return !v128.any_true(f32x4.ne(sum, sum));
}

/** The bfloat16 nearest to each float32, in the lower half of its lane; NaN stays NaN, which rounding could undo. */
// @ts-ignore: decorator
@inline
export function upper(x: v128): v128 {
  return v128.bitselect(upperOfNumbers(x), i32x4.splat(quietNaN), f32x4.eq(x, x));
}

/** The same for lanes that are no NaN. */
// @ts-ignore: decorator
@inline
export function upperOfNumbers(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  return i32x4.shr_u(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), 16);
}

/** What is left of each number behind its upper half, 0 where that is not finite. */
// @ts-ignore: decorator
@inline
function rest(x: v128, half: v128): v128 {
  const left = f32x4.sub(x, i32x4.shl(half, 16));
  const isFinite = f32x4.lt(f32x4.abs(left), f32x4.splat(Infinity));
  return v128.and(upper(left), isFinite);
}

// @ts-ignore: decorator
@inline
export function narrow(first: v128, second: v128): v128 {
  return i16x8.narrow_i32x4_u(first, second);
}
