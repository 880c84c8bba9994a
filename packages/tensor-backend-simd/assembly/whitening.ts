// The matrix A of y = (x − mean)·A that whitens a group of covariance C; Σ = C + ε·I. Four matrices are computed at
// once, one in each lane: a matrix [size, size] of vectors.
import { multiplyAdd } from './math';

const iterative = 0;
const cholesky = 1;

/** The address of an element of a matrix of vectors. */
// @ts-ignore: decorator
@inline
function at(matrix: usize, size: i32, i: i32, j: i32): usize {
  return matrix + ((<usize>(i * size + j)) << 4);
}

/** The bytes of `count` matrices of vectors. */
// @ts-ignore: decorator
@inline
function bytes(count: i32, size: i32): usize {
  return (<usize>(count * size * size)) << 4;
}

/** Reads four matrices into the lanes; the last one again where there are fewer. */
function gather(source: usize, count: i32, size: i32, matrix: usize): void {
  const square = size * size;
  const line: usize = (<usize>square) << 2;
  const second: usize = count > 1 ? line : 0;
  const third: usize = count > 2 ? 2 * line : second;
  const fourth: usize = count > 3 ? 3 * line : third;
  for (let i = 0; i < square; i++) {
    const from = source + ((<usize>i) << 2);
    let x = f32x4.splat(load<f32>(from));
    x = f32x4.replace_lane(x, 1, load<f32>(from + second));
    x = f32x4.replace_lane(x, 2, load<f32>(from + third));
    x = f32x4.replace_lane(x, 3, load<f32>(from + fourth));
    v128.store(matrix + ((<usize>i) << 4), x);
  }
}

/** Writes the first `count` lanes. */
function scatter(matrix: usize, count: i32, size: i32, target: usize): void {
  const square = size * size;
  const line: usize = (<usize>square) << 2;
  for (let i = 0; i < square; i++) {
    const x = v128.load(matrix + ((<usize>i) << 4));
    const to = target + ((<usize>i) << 2);
    store<f32>(to, f32x4.extract_lane(x, 0));
    if (count > 1) store<f32>(to + line, f32x4.extract_lane(x, 1));
    if (count > 2) store<f32>(to + 2 * line, f32x4.extract_lane(x, 2));
    if (count > 3) store<f32>(to + 3 * line, f32x4.extract_lane(x, 3));
  }
}

/** Σ = C + ε·I in place. */
function addEpsilon(matrix: usize, size: i32, epsilon: f32): void {
  for (let i = 0; i < size; i++) {
    const place = at(matrix, size, i, i);
    v128.store(place, f32x4.add(v128.load(place), f32x4.splat(epsilon)));
  }
}

/** out = a·op(b), op transposing where asked; out is neither of the two. */
function multiply(a: usize, b: usize, transposedB: bool, size: i32, out: usize): void {
  const line: usize = (<usize>size) << 4;
  const step: usize = transposedB ? 16 : line;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let left = at(a, size, i, 0);
      let right = transposedB ? at(b, size, j, 0) : at(b, size, 0, j);
      const end = left + line;
      let sum = f32x4.splat(0);
      while (left < end) {
        sum = multiplyAdd(v128.load(left), v128.load(right), sum);
        left += 16;
        right += step;
      }
      v128.store(at(out, size, i, j), sum);
    }
  }
}

/** out = aᵀ·b. */
function multiplyTransposed(a: usize, b: usize, size: i32, out: usize): void {
  const line: usize = (<usize>size) << 4;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let left = at(a, size, 0, i);
      let right = at(b, size, 0, j);
      const end = left + (<usize>size) * line;
      let sum = f32x4.splat(0);
      while (left < end) {
        sum = multiplyAdd(v128.load(left), v128.load(right), sum);
        left += line;
        right += line;
      }
      v128.store(at(out, size, i, j), sum);
    }
  }
}

/** out = a·x + b·y, element by element, with one factor for each lane. */
function combine(a: v128, x: usize, b: v128, y: usize, size: i32, out: usize): void {
  const end = bytes(1, size);
  for (let i: usize = 0; i < end; i += 16) {
    v128.store(out + i, f32x4.add(f32x4.mul(a, v128.load(x + i)), f32x4.mul(b, v128.load(y + i))));
  }
}

/** Σ x∘y. */
function dot(x: usize, y: usize, size: i32): v128 {
  const end = bytes(1, size);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < end; i += 16) sum = multiplyAdd(v128.load(x + i), v128.load(y + i), sum);
  return sum;
}

/**
 * The matrices [start, end). method: 0 iterative, 1 cholesky, 2 zca. `scratch` holds `iterations` + 10 matrices of
 * vectors, here and in the gradient.
 */
export function whiteningMatrix(
  method: i32, covariance: usize, matrix: usize, start: i32, end: i32, size: i32, iterations: i32, epsilon: f32, scratch: usize,
): void {
  const square = size * size;
  const result = scratch + bytes(1, size);
  const room = scratch + bytes(2, size);
  for (let from = start; from < end; from += 4) {
    const count = min(4, end - from);
    const place: usize = (<usize>(from * square)) << 2;
    gather(covariance + place, count, size, scratch);
    addEpsilon(scratch, size, epsilon);
    if (method == iterative) {
      const last = iterate(scratch, size, iterations, room);
      const scale = f32x4.div(f32x4.splat(1), f32x4.sqrt(v128.load(room)));
      combine(scale, last, f32x4.splat(0), last, size, result);
    } else if (method == cholesky) {
      factorize(scratch, size, epsilon, room, result);
    } else {
      diagonalize(scratch, size, epsilon, room);
      zca(scratch, room, size, room + bytes(1, size), result);
    }
    scatter(result, count, size, matrix + place);
  }
}

/** The gradient by C of a loss whose gradient by A is dA. */
export function whiteningMatrixGradient(
  method: i32, covariance: usize, matrix: usize, dA: usize, dCovariance: usize,
  start: i32, end: i32, size: i32, iterations: i32, epsilon: f32, scratch: usize,
): void {
  const square = size * size;
  const result = scratch + bytes(1, size);
  const g = scratch + bytes(2, size);
  const room = scratch + bytes(3, size);
  for (let from = start; from < end; from += 4) {
    const count = min(4, end - from);
    const place: usize = (<usize>(from * square)) << 2;
    gather(dA + place, count, size, g);
    if (method == cholesky) {
      gather(matrix + place, count, size, scratch);
      choleskyGradient(scratch, g, size, room, result);
    } else {
      gather(covariance + place, count, size, scratch);
      addEpsilon(scratch, size, epsilon);
      if (method == iterative) {
        iterationGradient(scratch, g, size, iterations, room, result);
      } else {
        diagonalize(scratch, size, epsilon, room);
        zcaGradient(scratch, room, g, size, room + bytes(1, size), result);
      }
    }
    scatter(result, count, size, dCovariance + place);
  }
}

/**
 * P_k = ½·(3·P_(k−1) − P_(k−1)³·Σ/tr Σ) from P_0 = I. Σ becomes Σ/tr Σ; `room` takes tr Σ in its first matrix, two
 * products, and P_0 to P_T from the fourth on. Returns where P_T is.
 */
function iterate(sigma: usize, size: i32, iterations: i32, room: usize): usize {
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
function iterationGradient(sigma: usize, g: usize, size: i32, iterations: i32, room: usize, out: usize): void {
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

/** A = L^(−T), upper triangular; `room` holds L. No pivot of Σ lies below ε but by rounding. */
function factorize(sigma: usize, size: i32, epsilon: f32, factor: usize, a: usize): void {
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
function choleskyGradient(a: usize, g: usize, size: i32, room: usize, out: usize): void {
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

/**
 * Jacobi's rotations: Σ becomes diagonal, and the columns of `vectors` are its eigenvectors. A lane that has converged
 * takes rotations by nothing until the last one has. No eigenvalue of Σ lies below ε but by rounding.
 */
function diagonalize(sigma: usize, size: i32, epsilon: f32, vectors: usize): void {
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
function zca(sigma: usize, vectors: usize, size: i32, room: usize, out: usize): void {
  for (let j = 0; j < size; j++) {
    const factor = f32x4.div(f32x4.splat(1), f32x4.sqrt(v128.load(at(sigma, size, j, j))));
    for (let i = 0; i < size; i++) {
      v128.store(at(room, size, i, j), f32x4.mul(v128.load(at(vectors, size, i, j)), factor));
    }
  }
  multiply(room, vectors, true, size, out);
}

/** dΣ = D·(K ∘ (Dᵀ·sym(dA)·D))·Dᵀ, K_ij = −1/(√λ_i·√λ_j·(√λ_i + √λ_j)): no difference of eigenvalues. */
function zcaGradient(sigma: usize, vectors: usize, g: usize, size: i32, room: usize, out: usize): void {
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
