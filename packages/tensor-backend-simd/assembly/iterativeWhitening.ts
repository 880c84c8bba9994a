// A = P_T/sqrt(tr Σ): near Σ^(−1/2), by steps of Newton's method.
import { at, bytes, combine, dot, multiply, multiplyTransposed } from './laneMatrices';

/**
 * P_k = ½·(3·P_(k−1) − P_(k−1)³·Σ/tr Σ) from P_0 = I. Σ becomes Σ/tr Σ; `room` takes tr Σ in its first matrix, two
 * products, and P_0 to P_T from the fourth on. Returns where P_T is.
 */
export function iterate(sigma: usize, size: i32, iterations: i32, room: usize): usize {
  let trace = f32x4.splat(0);
  for (let i = 0; i < size; i++) trace = f32x4.add(trace, v128.load(at(sigma, size, i, i)));
  v128.store(room, trace);
  const inverse = f32x4.div(f32x4.splat(1), trace);
  combine(inverse, sigma, f32x4.splat(0), sigma, size, sigma);
  const square = room + bytes(1, size);
  const cube = room + bytes(2, size);
  let p = room + bytes(3, size);
  memory.fill(p, 0, bytes(1, size));
  for (let i = 0; i < size; i++) v128.store(at(p, size, i, i), f32x4.splat(1));
  for (let k = 0; k < iterations; k++) {
    const next = p + bytes(1, size);
    multiply(p, p, false, size, square);
    multiply(square, p, false, size, cube);
    multiply(cube, sigma, false, size, square);
    combine(f32x4.splat(1.5), p, f32x4.splat(-0.5), square, size, next);
    p = next;
  }
  return p;
}

/** Back through the steps from A = P_T/sqrt(tr Σ); g is overwritten. Room as in `iterate`, and one matrix more. */
export function iterationGradient(sigma: usize, g: usize, size: i32, iterations: i32, room: usize, out: usize): void {
  const last = iterate(sigma, size, iterations, room);
  const trace = v128.load(room);
  const root = f32x4.div(f32x4.splat(1), f32x4.sqrt(trace));
  // tr(dAᵀ·P_T)/(2·S^(3/2))
  const alongRoot = f32x4.div(f32x4.mul(f32x4.mul(dot(g, last, size), root), f32x4.splat(0.5)), trace);
  combine(root, g, f32x4.splat(0), g, size, g);
  memory.fill(out, 0, bytes(1, size));
  const one = f32x4.splat(1);
  // The room of P_T and what lies behind it is free from here on.
  const square = room + bytes(1, size);
  const a = room + bytes(2, size);
  const b = last;
  const sum = last + bytes(1, size);
  for (let k = iterations - 1; k >= 0; k--) {
    const p = room + bytes(3 + k, size);
    multiply(p, p, false, size, square);
    multiply(square, p, false, size, a);
    multiplyTransposed(a, g, size, b);
    combine(one, out, f32x4.splat(-0.5), b, size, out);
    multiply(square, sigma, false, size, a);
    multiply(g, a, true, size, sum);
    multiplyTransposed(square, g, size, a);
    multiply(a, sigma, true, size, b);
    combine(one, sum, one, b, size, sum);
    multiply(p, sigma, false, size, a);
    multiplyTransposed(p, g, size, b);
    multiply(b, a, true, size, square);
    combine(one, sum, one, square, size, sum);
    combine(f32x4.splat(1.5), g, f32x4.splat(-0.5), sum, size, g);
  }
  const inverse = f32x4.div(one, trace);
  const along = f32x4.add(f32x4.mul(dot(out, sigma, size), inverse), alongRoot);
  combine(inverse, out, f32x4.splat(0), out, size, out);
  for (let i = 0; i < size; i++) {
    const place = at(out, size, i, i);
    v128.store(place, f32x4.sub(v128.load(place), along));
  }
}
