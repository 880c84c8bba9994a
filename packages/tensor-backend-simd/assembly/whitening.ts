// The matrix A of y = (x − mean)·A that whitens a group of covariance C; Σ = C + ε·I.
import { choleskyGradient, factorize } from './choleskyWhitening';
import { iterate, iterationGradient } from './iterativeWhitening';
import { at, bytes, combine, gather, scatter } from './laneMatrices';
import { diagonalize, zca, zcaGradient } from './zcaWhitening';

const iterative = 0;
const cholesky = 1;

/** Σ = C + ε·I in place. */
function addEpsilon(matrix: usize, size: i32, epsilon: f32): void {
  for (let i = 0; i < size; i++) {
    const place = at(matrix, size, i, i);
    v128.store(place, f32x4.add(v128.load(place), f32x4.splat(epsilon)));
  }
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
