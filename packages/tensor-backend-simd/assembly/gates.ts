// The activations of recurrent cells: half the work of the exact functions in math.ts, as near as the sums
// that they are applied to.
import { powerOfTwo4 } from './math';

const one: v128 = f32x4.splat(1);

/** 1 / (1 + exp(-x)) within 1.1e-7; NaN stays. */
// @ts-ignore: decorator
@inline
export function gateSigmoid4(x: v128): v128 {
  const y = f32x4.pmin(f32x4.pmax(f32x4.mul(x, f32x4.splat(-1.44269504)), f32x4.splat(-126)), f32x4.splat(126));
  return f32x4.div(one, f32x4.add(one, powerOfTwo4(y)));
}

/**
 * tanh(x) as a rational minimax function of degrees 7 and 8 within [-8, 8], within 5e-7 of the value, and exactly -1 or 1
 * from there on: a saturated unit passes no gradient. NaN stays.
 */
// @ts-ignore: decorator
@inline
export function gateTanh4(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(1.1428432e-5);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.95102464e-3));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(0.129256638));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(0.999999854));
  let q = f32x4.splat(2.45921344e-7);
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(2.38669286e-4));
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(2.38155577e-2));
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(0.462588794));
  q = f32x4.add(f32x4.mul(q, z), one);
  const saturated = f32x4.ge(f32x4.abs(x), f32x4.splat(8));
  const limit = v128.or(one, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(limit, f32x4.div(f32x4.mul(p, x), q), saturated);
}
