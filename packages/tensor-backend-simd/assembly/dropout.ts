// Inverted dropout from Threefry-2x32-20, the same bits as core's randomStream.
import { load4, store4 } from './math';

/**
 * out = x · mask for the elements [start, end); dropped where a word is below `threshold`.
 * Element 2c takes the first word of counter c, element 2c + 1 the second. Eight counters at a time, as two vectors: each
 * round waits for the one before it, and the other vector's fill the wait.
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
  const one = i32x4.splat(1);
  const keys0 = i32x4.splat(<i32>key0);
  const keys1 = i32x4.splat(<i32>key1);
  const keys2 = i32x4.splat(<i32>(0x1bd11bda ^ key0 ^ key1));
  const steps = i32x4.add(i32x4.splat(<i32>step), keys1);
  for (let i = start & ~1; i < end;) {
    const counter = i32x4.add(i32x4.splat(i >> 1), i32x4(0, 1, 2, 3));
    let x0 = i32x4.add(counter, keys0);
    let y0 = i32x4.add(x0, i32x4.splat(4));
    let x1 = steps;
    let y1 = steps;
    // The keys enter in turn: 1 and 2, 2 and 0, 0 and 1, ...
    let a = keys1;
    let b = keys2;
    let c = keys0;
    let number = one;
    for (let group = 0; group < 5; group++) {
      if ((group & 1) == 0) {
        x0 = i32x4.add(x0, x1); x1 = turned(x1, 13, x0);
        y0 = i32x4.add(y0, y1); y1 = turned(y1, 13, y0);
        x0 = i32x4.add(x0, x1); x1 = turned(x1, 15, x0);
        y0 = i32x4.add(y0, y1); y1 = turned(y1, 15, y0);
        x0 = i32x4.add(x0, x1); x1 = turned(x1, 26, x0);
        y0 = i32x4.add(y0, y1); y1 = turned(y1, 26, y0);
        x0 = i32x4.add(x0, x1); x1 = turned(x1, 6, x0);
        y0 = i32x4.add(y0, y1); y1 = turned(y1, 6, y0);
      } else {
        x0 = i32x4.add(x0, x1); x1 = turned(x1, 17, x0);
        y0 = i32x4.add(y0, y1); y1 = turned(y1, 17, y0);
        x0 = i32x4.add(x0, x1); x1 = turned(x1, 29, x0);
        y0 = i32x4.add(y0, y1); y1 = turned(y1, 29, y0);
        x0 = i32x4.add(x0, x1); x1 = turned(x1, 16, x0);
        y0 = i32x4.add(y0, y1); y1 = turned(y1, 16, y0);
        x0 = i32x4.add(x0, x1); x1 = turned(x1, 24, x0);
        y0 = i32x4.add(y0, y1); y1 = turned(y1, 24, y0);
      }
      const numbered = i32x4.add(b, number);
      x0 = i32x4.add(x0, a); x1 = i32x4.add(x1, numbered);
      y0 = i32x4.add(y0, a); y1 = i32x4.add(y1, numbered);
      number = i32x4.add(number, one);
      const passed = a;
      a = b;
      b = c;
      c = passed;
    }
    const at: usize = (<usize>i) << 2;
    if (i < start) {
      masked(x + at + 4, out + at + 4, x1, below, scale, 1);
      i += 2;
      continue;
    }
    const left = end - i;
    masked(x + at, out + at, earlier(x0, x1), below, scale, left);
    if (left > 4) masked(x + at + 16, out + at + 16, later(x0, x1), below, scale, left - 4);
    if (left > 8) masked(x + at + 32, out + at + 32, earlier(y0, y1), below, scale, left - 8);
    if (left > 12) masked(x + at + 48, out + at + 48, later(y0, y1), below, scale, left - 12);
    i += 16;
  }
}

/** The words of the first two counters in turn. */
// @ts-ignore: decorator
@inline
function earlier(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 0, 4, 1, 5);
}

/** Those of the last two. */
// @ts-ignore: decorator
@inline
function later(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
function masked(x: usize, out: usize, words: v128, below: v128, scale: v128, count: i32): void {
  const keep = i32x4.ge_u(words, below);
  store4(out, v128.and(f32x4.mul(load4(x, count), scale), keep), count);
}

/** x rotated to the left, and y where bits differ. */
// @ts-ignore: decorator
@inline
function turned(x: v128, bits: i32, y: v128): v128 {
  return v128.xor(v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits)), y);
}
