// The softmax's exponentials as bfloat16: half the bytes, and what products of bfloat16 read.
import { areNumbers, narrow, upper, upperOfNumbers } from './bfloat';

/**
 * e = factors[row] · e in place, rows `ld` numbers apart, and sums [columns] += its float32 rows, one after the other.
 */
export function scaleBfloatAndSum(
  e: usize, ld: i32, factors: usize, sums: usize, rows: i32, columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const line = e + ((<usize>row * <usize>ld) << 1);
    const factor = v128.load32_splat(factors + ((<usize>row) << 2));
    let j = 0;
    for (; j + 16 <= columns; j += 16) {
      const at = line + (<usize>j << 1);
      const target = sums + (<usize>j << 2);
      const first = v128.load(at);
      const second = v128.load(at, 16);
      const a = f32x4.mul(factor, i32x4.shl(i32x4.extend_low_i16x8_u(first), 16));
      const b = f32x4.mul(factor, i32x4.shl(i32x4.extend_high_i16x8_u(first), 16));
      const c = f32x4.mul(factor, i32x4.shl(i32x4.extend_low_i16x8_u(second), 16));
      const d = f32x4.mul(factor, i32x4.shl(i32x4.extend_high_i16x8_u(second), 16));
      v128.store(target, f32x4.add(v128.load(target), a));
      v128.store(target, f32x4.add(v128.load(target, 16), b), 16);
      v128.store(target, f32x4.add(v128.load(target, 32), c), 32);
      v128.store(target, f32x4.add(v128.load(target, 48), d), 48);
      if (areNumbers(a, b, c, d)) {
        v128.store(at, narrow(upperOfNumbers(a), upperOfNumbers(b)));
        v128.store(at, narrow(upperOfNumbers(c), upperOfNumbers(d)), 16);
      } else {
        v128.store(at, narrow(upper(a), upper(b)));
        v128.store(at, narrow(upper(c), upper(d)), 16);
      }
    }
    for (; j < columns; j++) {
      const at = line + (<usize>j << 1);
      const target = sums + (<usize>j << 2);
      const scaled = f32x4.mul(factor, i32x4.splat(<i32>load<u16>(at) << 16));
      store<f32>(target, load<f32>(target) + f32x4.extract_lane(scaled, 0));
      store<u16>(at, <u16>i32x4.extract_lane(upper(scaled), 0));
    }
  }
}
