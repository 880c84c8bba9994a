// A = Σ^(−1/2) = D·diag(1/√λ)·Dᵀ, by the eigenvectors D and eigenvalues λ of Σ.
import { at, bytes, multiply, multiplyTransposed } from './laneMatrices';
import { multiplyAdd } from './math';

/**
 * Jacobi's rotations: Σ becomes diagonal, and the columns of `vectors` are its eigenvectors. A lane that has converged
 * takes rotations by nothing until the last one has. No eigenvalue of Σ lies below ε but by rounding.
 */
export function diagonalize(sigma: usize, size: i32, epsilon: f32, vectors: usize): void {
  memory.fill(vectors, 0, bytes(1, size));
  for (let i = 0; i < size; i++) v128.store(at(vectors, size, i, i), f32x4.splat(1));
  for (let sweep = 0; sweep < 15 && !isDiagonal(sigma, size); sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(sigma, vectors, size, p, q);
    }
  }
  for (let i = 0; i < size; i++) {
    const place = at(sigma, size, i, i);
    v128.store(place, f32x4.max(v128.load(place), f32x4.splat(epsilon)));
  }
}

/** Whether what is off the diagonal is below rounding beside the diagonal, in each lane. */
function isDiagonal(sigma: usize, size: i32): bool {
  let on = f32x4.splat(0);
  for (let i = 0; i < size; i++) {
    const value = v128.load(at(sigma, size, i, i));
    on = multiplyAdd(value, value, on);
  }
  let off = f32x4.splat(0);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const value = v128.load(at(sigma, size, i, j));
      off = multiplyAdd(value, value, off);
    }
  }
  return !v128.any_true(f32x4.gt(off, f32x4.mul(on, f32x4.splat(1e-16))));
}

function rotate(sigma: usize, vectors: usize, size: i32, p: i32, q: i32): void {
  const one = f32x4.splat(1);
  const between = v128.load(at(sigma, size, p, q));
  const apart = f32x4.sub(v128.load(at(sigma, size, q, q)), v128.load(at(sigma, size, p, p)));
  const theta = f32x4.div(apart, f32x4.add(between, between));
  const steep = f32x4.add(f32x4.abs(theta), f32x4.sqrt(f32x4.add(f32x4.mul(theta, theta), one)));
  const sign = v128.and(theta, f32x4.splat(-0.0));
  const nothing = f32x4.eq(between, f32x4.splat(0));
  const t = v128.andnot(f32x4.div(v128.or(one, sign), steep), nothing);
  const c = f32x4.div(one, f32x4.sqrt(f32x4.add(f32x4.mul(t, t), one)));
  const s = f32x4.mul(t, c);
  for (let i = 0; i < size; i++) {
    turn(at(sigma, size, i, p), at(sigma, size, i, q), c, s);
    turn(at(vectors, size, i, p), at(vectors, size, i, q), c, s);
  }
  for (let j = 0; j < size; j++) turn(at(sigma, size, p, j), at(sigma, size, q, j), c, s);
}

// @ts-ignore: decorator
@inline
function turn(first: usize, second: usize, c: v128, s: v128): void {
  const x = v128.load(first);
  const y = v128.load(second);
  v128.store(first, f32x4.sub(f32x4.mul(c, x), f32x4.mul(s, y)));
  v128.store(second, f32x4.add(f32x4.mul(s, x), f32x4.mul(c, y)));
}

/** out = D·diag(1/√λ)·Dᵀ, the eigenvalues on the diagonal of `sigma`. */
export function zca(sigma: usize, vectors: usize, size: i32, room: usize, out: usize): void {
  for (let j = 0; j < size; j++) {
    const factor = f32x4.div(f32x4.splat(1), f32x4.sqrt(v128.load(at(sigma, size, j, j))));
    for (let i = 0; i < size; i++) {
      v128.store(at(room, size, i, j), f32x4.mul(v128.load(at(vectors, size, i, j)), factor));
    }
  }
  multiply(room, vectors, true, size, out);
}

/** dΣ = D·(K ∘ (Dᵀ·sym(dA)·D))·Dᵀ, K_ij = −1/(√λ_i·√λ_j·(√λ_i + √λ_j)): no difference of eigenvalues. */
export function zcaGradient(sigma: usize, vectors: usize, g: usize, size: i32, room: usize, out: usize): void {
  const other = room + bytes(1, size);
  const half = f32x4.splat(0.5);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const both = f32x4.mul(f32x4.add(v128.load(at(g, size, i, j)), v128.load(at(g, size, j, i))), half);
      v128.store(at(room, size, i, j), both);
      v128.store(at(room, size, j, i), both);
    }
  }
  multiply(room, vectors, false, size, other);
  multiplyTransposed(vectors, other, size, room);
  for (let i = 0; i < size; i++) {
    const a = f32x4.sqrt(v128.load(at(sigma, size, i, i)));
    for (let j = 0; j < size; j++) {
      const b = f32x4.sqrt(v128.load(at(sigma, size, j, j)));
      const k = f32x4.div(f32x4.splat(-1), f32x4.mul(f32x4.mul(a, b), f32x4.add(a, b)));
      const place = at(room, size, i, j);
      v128.store(place, f32x4.mul(v128.load(place), k));
    }
  }
  multiply(vectors, room, false, size, other);
  multiply(other, vectors, true, size, out);
}
