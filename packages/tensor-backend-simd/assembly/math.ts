// Elementary functions on four float32 lanes: polynomials of the Cephes library's single-precision
// routines (expf, tanhf), within 2 units in the last place on the ranges used here.

const one: v128 = f32x4.splat(1.0);

/** 1.5 · 2²³: added to a small number, it leaves the nearest integer in the mantissa's low bits. */
const roundingShift: v128 = f32x4.splat(12582912.0);

/** exp(x), 0 below -87.3 and clamped above 88.3; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const tooSmall = f32x4.lt(x, f32x4.splat(-87.33654));
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87.33654)), f32x4.splat(88.37626));
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), roundingShift);
  const n = f32x4.sub(shifted, roundingShift);
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), one);
  const power = i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(p, power), tooSmall);
}

/** 1 / (1 + exp(-x)). */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** tanh(x): a polynomial below 0.625, by exp above. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  const small = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const magnitude = f32x4.abs(x);
  const e = exp4(f32x4.add(magnitude, magnitude));
  const large = f32x4.sub(one, f32x4.div(f32x4.splat(2.0), f32x4.add(e, one)));
  // A comparison with NaN is false, so NaN takes the polynomial, which keeps it.
  const y = v128.bitselect(large, small, f32x4.ge(magnitude, f32x4.splat(0.625)));
  return v128.or(y, v128.and(x, f32x4.splat(-0.0)));
}

/** 2^x; a minimax polynomial of degree 5 on half a unit to each side, within 2e-7. From -126 to 127; NaN stays. */
// @ts-ignore: decorator
@inline
export function powerOfTwo4(x: v128): v128 {
  const shifted = f32x4.add(x, roundingShift);
  const f = f32x4.sub(x, f32x4.sub(shifted, roundingShift));
  let p = f32x4.splat(1.3276472e-3);
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(9.67554096e-3));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(5.55071309e-2));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.240221202));
  p = f32x4.add(f32x4.mul(p, f), f32x4.splat(0.693146944));
  p = f32x4.add(f32x4.mul(p, f), one);
  return f32x4.mul(p, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
}

/** The sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** a · b + c: rounded once where relaxed SIMD gives the processor's own instruction, else twice. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

// Lanes past the end of a row: a row's tail of 1 to 3 numbers is moved through these two, so that
// every kernel body is written once, on four lanes.

/** Reads `count` (1 to 4) numbers; the other lanes are 0. */
// @ts-ignore: decorator
@inline
export function load4(pointer: usize, count: i32): v128 {
  if (count >= 4) return v128.load(pointer);
  let x = f32x4.splat(0);
  x = f32x4.replace_lane(x, 0, load<f32>(pointer));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(pointer + 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(pointer + 8));
  return x;
}

/** Writes the first `count` (1 to 4) lanes. */
// @ts-ignore: decorator
@inline
export function store4(pointer: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(pointer, x);
    return;
  }
  store<f32>(pointer, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(pointer + 4, f32x4.extract_lane(x, 1));
  if (count > 2) store<f32>(pointer + 8, f32x4.extract_lane(x, 2));
}

/** The bytes before a row of [rows, features]. */
// @ts-ignore: decorator
@inline
export function rowOffset(row: i32, features: i32): usize {
  return (<usize>row * <usize>features) << 2;
}
