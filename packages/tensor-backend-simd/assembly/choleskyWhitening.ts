// A = L^(−T), Σ = L·Lᵀ.
import { at, bytes, combine, multiply } from './laneMatrices';
import { multiplyAdd } from './math';

/** A = L^(−T), upper triangular; `room` holds L. No pivot of Σ lies below ε but by rounding. */
export function factorize(sigma: usize, size: i32, epsilon: f32, factor: usize, a: usize): void {
  memory.fill(a, 0, bytes(1, size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = v128.load(at(sigma, size, i, j));
      for (let k = 0; k < j; k++) {
        rest = f32x4.sub(rest, f32x4.mul(v128.load(at(factor, size, i, k)), v128.load(at(factor, size, j, k))));
      }
      const value =
        i == j
          ? f32x4.sqrt(f32x4.max(rest, f32x4.splat(epsilon)))
          : f32x4.div(rest, v128.load(at(factor, size, j, j)));
      v128.store(at(factor, size, i, j), value);
    }
    // Row i of L^(−1) is column i of A: L·L^(−1) = I, from the rows above.
    const inverse = f32x4.div(f32x4.splat(1), v128.load(at(factor, size, i, i)));
    for (let j = 0; j < i; j++) {
      let sum = f32x4.splat(0);
      for (let k = j; k < i; k++) {
        sum = multiplyAdd(v128.load(at(factor, size, i, k)), v128.load(at(a, size, j, k)), sum);
      }
      v128.store(at(a, size, j, i), f32x4.neg(f32x4.mul(sum, inverse)));
    }
    v128.store(at(a, size, i, i), inverse);
  }
}

/** dΣ = −½·A·(Φ + Φᵀ)·Aᵀ, Φ the lower triangle of dAᵀ·A, its diagonal halved. */
export function choleskyGradient(a: usize, g: usize, size: i32, room: usize, out: usize): void {
  const sides = room + bytes(1, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      // A is upper triangular: column j of it ends at row j.
      let sum = f32x4.splat(0);
      for (let k = 0; k <= j; k++) {
        sum = multiplyAdd(v128.load(at(g, size, k, i)), v128.load(at(a, size, k, j)), sum);
      }
      v128.store(at(sides, size, i, j), sum);
      v128.store(at(sides, size, j, i), sum);
    }
  }
  multiply(a, sides, false, size, room);
  multiply(room, a, true, size, out);
  combine(f32x4.splat(-0.5), out, f32x4.splat(0), out, size, out);
}
