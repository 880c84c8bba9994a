// Inverted dropout from Threefry-2x32-20, the same bits as core's randomStream.
import { load4, store4 } from './math';

/**
 * out = x · mask for the elements [start, end); dropped where a word is below `threshold`.
 * Element 2c takes the first word of counter c, element 2c + 1 the second; four counters at a time.
 * An odd `start` is the second of its counter, and goes alone.
 */
export function dropout(
  x: usize,
  out: usize,
  start: i32,
  end: i32,
  key0: u32,
  key1: u32,
  step: u32,
  threshold: f64,
  kept: f32,
): void {
  const below = i32x4.splat(<i32>(<u32>Math.min(threshold, 4294967295)));
  const scale = f32x4.splat(threshold > 4294967295 ? 0 : kept);
  const key2: u32 = 0x1bd11bda ^ key0 ^ key1;
  for (let i = start & ~1; i < end;) {
    const counter = i32x4.add(i32x4.splat(i >> 1), i32x4(0, 1, 2, 3));
    let x0 = add(counter, key0);
    let x1 = i32x4.splat(<i32>(step + key1));
    for (let group: u32 = 0; group < 5; group++) {
      if ((group & 1) == 0) {
        x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 13), x0);
        x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 15), x0);
        x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 26), x0);
        x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 6), x0);
      } else {
        x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 17), x0);
        x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 29), x0);
        x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 16), x0);
        x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 24), x0);
      }
      // The keys enter in turn: 1 and 2, 2 and 0, 0 and 1, ...
      const turn = group % 3;
      x0 = add(x0, turn == 0 ? key1 : turn == 1 ? key2 : key0);
      x1 = add(x1, (turn == 0 ? key2 : turn == 1 ? key0 : key1) + group + 1);
    }
    const at: usize = (<usize>i) << 2;
    if (i < start) {
      masked(x + at + 4, out + at + 4, x1, below, scale, 1);
      i += 2;
      continue;
    }
    const first = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
    const second = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    masked(x + at, out + at, first, below, scale, end - i);
    if (end - i > 4) masked(x + at + 16, out + at + 16, second, below, scale, end - i - 4);
    i += 8;
  }
}

// @ts-ignore: decorator
@inline
function masked(x: usize, out: usize, words: v128, below: v128, scale: v128, count: i32): void {
  const keep = i32x4.ge_u(words, below);
  store4(out, v128.and(f32x4.mul(load4(x, count), scale), keep), count);
}

// @ts-ignore: decorator
@inline
function add(x: v128, value: u32): v128 {
  return i32x4.add(x, i32x4.splat(<i32>value));
}

// @ts-ignore: decorator
@inline
function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}
