// Loops over contiguous numbers: copies, sums, products, optimizer steps.
import { load4, sigmoid4, store4, sum4, tanh4 } from './math';

/** out = a + b, a - b, a · b, a / b, max(a, b), min(a, b) for operation 0 to 5. */
export function binary(operation: i32, a: usize, b: usize, out: usize, count: i32): void {
  let i = 0;
  if (operation == 0) for (; i < count; i += 4) store4(out + at(i), f32x4.add(load4(a + at(i), count - i), load4(b + at(i), count - i)), count - i);
  else if (operation == 1) for (; i < count; i += 4) store4(out + at(i), f32x4.sub(load4(a + at(i), count - i), load4(b + at(i), count - i)), count - i);
  else if (operation == 2) for (; i < count; i += 4) store4(out + at(i), f32x4.mul(load4(a + at(i), count - i), load4(b + at(i), count - i)), count - i);
  else if (operation == 3) for (; i < count; i += 4) store4(out + at(i), f32x4.div(load4(a + at(i), count - i), load4(b + at(i), count - i)), count - i);
  else if (operation == 4) for (; i < count; i += 4) store4(out + at(i), f32x4.max(load4(a + at(i), count - i), load4(b + at(i), count - i)), count - i);
  else for (; i < count; i += 4) store4(out + at(i), f32x4.min(load4(a + at(i), count - i), load4(b + at(i), count - i)), count - i);
}

/** out[row] = a[row] ∘ b, with `b` one row that every row meets. */
export function binaryRows(operation: i32, a: usize, b: usize, out: usize, rows: i32, columns: i32): void {
  const stride: usize = (<usize>columns) << 2;
  for (let row = 0; row < rows; row++) {
    binary(operation, a + (<usize>row) * stride, b, out + (<usize>row) * stride, columns);
  }
}

/** out = a ∘ scalar. */
export function binaryScalar(operation: i32, a: usize, scalar: f32, out: usize, count: i32): void {
  const s = f32x4.splat(scalar);
  let i = 0;
  if (operation == 0) for (; i < count; i += 4) store4(out + at(i), f32x4.add(load4(a + at(i), count - i), s), count - i);
  else if (operation == 1) for (; i < count; i += 4) store4(out + at(i), f32x4.sub(load4(a + at(i), count - i), s), count - i);
  else if (operation == 2) for (; i < count; i += 4) store4(out + at(i), f32x4.mul(load4(a + at(i), count - i), s), count - i);
  else if (operation == 3) for (; i < count; i += 4) store4(out + at(i), f32x4.div(load4(a + at(i), count - i), s), count - i);
  else if (operation == 4) for (; i < count; i += 4) store4(out + at(i), f32x4.max(load4(a + at(i), count - i), s), count - i);
  else for (; i < count; i += 4) store4(out + at(i), f32x4.min(load4(a + at(i), count - i), s), count - i);
}

/** out = sigmoid(x) or tanh(x) for operation 0, 1. */
export function unary(operation: i32, x: usize, out: usize, count: i32): void {
  let i = 0;
  if (operation == 0) for (; i < count; i += 4) store4(out + at(i), sigmoid4(load4(x + at(i), count - i)), count - i);
  else for (; i < count; i += 4) store4(out + at(i), tanh4(load4(x + at(i), count - i)), count - i);
}

/** Adds the rows of x to out, columns [start, end) only; a whole cache line of columns at a time. */
export function addRows(x: usize, out: usize, rows: i32, columns: i32, start: i32, end: i32): void {
  const stride: usize = (<usize>columns) << 2;
  let column = start;
  for (; column + 16 <= end; column += 16) {
    const target = out + at(column);
    let a = v128.load(target);
    let b = v128.load(target, 16);
    let c = v128.load(target, 32);
    let d = v128.load(target, 48);
    let source = x + at(column);
    for (let row = 0; row < rows; row++) {
      a = f32x4.add(a, v128.load(source));
      b = f32x4.add(b, v128.load(source, 16));
      c = f32x4.add(c, v128.load(source, 32));
      d = f32x4.add(d, v128.load(source, 48));
      source += stride;
    }
    v128.store(target, a);
    v128.store(target, b, 16);
    v128.store(target, c, 32);
    v128.store(target, d, 48);
  }
  for (; column < end; column += 4) {
    const count = end - column;
    let sum = load4(out + at(column), count);
    for (let row = 0; row < rows; row++) {
      sum = f32x4.add(sum, load4(x + <usize>row * stride + at(column), count));
    }
    store4(out + at(column), sum, count);
  }
}

/** The sum of squares, accumulated in float64 by blocks. */
export function sumOfSquares(x: usize, count: i32): f64 {
  let total: f64 = 0;
  let i = 0;
  while (i < count) {
    const end = <i32>Math.min(i + 256, count);
    let partial = f32x4.splat(0);
    for (; i < end; i += 4) {
      const v = load4(x + at(i), count - i);
      partial = f32x4.add(partial, f32x4.mul(v, v));
    }
    total += <f64>sum4(partial);
  }
  return total;
}

/** v -= rate · g */
export function sgd(v: usize, g: usize, rate: f32, count: i32): void {
  const r = f32x4.splat(rate);
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    store4(v + at(i), f32x4.sub(load4(v + at(i), left), f32x4.mul(r, load4(g + at(i), left))), left);
  }
}

/** u = momentum · u - rate · g;  v += u */
export function momentum(v: usize, u: usize, g: usize, rate: f32, share: f32, count: i32): void {
  const r = f32x4.splat(rate);
  const m = f32x4.splat(share);
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const next = f32x4.sub(f32x4.mul(m, load4(u + at(i), left)), f32x4.mul(r, load4(g + at(i), left)));
    store4(u + at(i), next, left);
    store4(v + at(i), f32x4.add(load4(v + at(i), left), next), left);
  }
}

/** Adam; `rate` holds the bias corrections, `epsilon` is added to the corrected root. */
export function adam(
  v: usize, first: usize, second: usize, g: usize, scale: f32, rate: f32, secondCorrection: f32,
  beta1: f32, beta2: f32, epsilon: f32, count: i32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const rest1 = f32x4.splat(1 - beta1);
  const rest2 = f32x4.splat(1 - beta2);
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const gradient = f32x4.mul(load4(g + at(i), left), f32x4.splat(scale));
    const m = f32x4.add(f32x4.mul(b1, load4(first + at(i), left)), f32x4.mul(rest1, gradient));
    const s = f32x4.add(f32x4.mul(b2, load4(second + at(i), left)), f32x4.mul(rest2, f32x4.mul(gradient, gradient)));
    store4(first + at(i), m, left);
    store4(second + at(i), s, left);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(s, f32x4.splat(secondCorrection))), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(f32x4.splat(rate), m), root);
    store4(v + at(i), f32x4.sub(load4(v + at(i), left), step), left);
  }
}

// @ts-ignore: decorator
@inline
function at(index: i32): usize {
  return (<usize>index) << 2;
}
