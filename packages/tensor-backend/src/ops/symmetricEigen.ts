/** The eigenvalues of a symmetric matrix, and its eigenvectors as columns. */
export interface SymmetricEigen {
  /** [n] */
  readonly values: Float64Array;
  /** [n, n]: column k belongs to value k. */
  readonly vectors: Float64Array;
}

/**
 * The eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations in float64.
 *
 *   Σ = D·diag(λ)·Dᵀ
 *
 * @param matrix  [n, n], row-major; not modified. What lies below its diagonal is not read.
 * @see Golub and Van Loan, Matrix Computations, section 8.5.
 */
export function symmetricEigen(matrix: ArrayLike<number>, size: number): SymmetricEigen {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    vectors[i * size + i] = 1;
    for (let j = 0; j < i; j++) a[i * size + j] = a[j * size + i] as number;
  }
  const get = (i: number, j: number): number => a[i * size + j] as number;
  // Converges quadratically: some six sweeps; the bound stops a matrix that holds not a number.
  for (let sweep = 0; sweep < 30 && offDiagonal(a, size) > 0; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (get(p, q) === 0) continue;
        const theta = (get(q, q) - get(p, p)) / (2 * get(p, q));
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        turnColumns(a, size, p, q, c, t * c);
        turnRows(a, size, p, q, c, t * c);
        turnColumns(vectors, size, p, q, c, t * c);
      }
    }
  }
  return { values: Float64Array.from({ length: size }, (_, i) => get(i, i)), vectors };
}

/** Σ of the squares off the diagonal; 0 where they are below rounding beside the diagonal. */
function offDiagonal(a: Float64Array, size: number): number {
  let off = 0;
  let on = 0;
  a.forEach((value, i) => {
    if (i % (size + 1) === 0) on += value * value;
    else off += value * value;
  });
  return off <= 1e-30 * on ? 0 : off;
}

function turnColumns(
  a: Float64Array,
  size: number,
  p: number,
  q: number,
  c: number,
  s: number,
): void {
  for (let i = 0; i < size; i++) turn(a, i * size + p, i * size + q, c, s);
}

function turnRows(a: Float64Array, size: number, p: number, q: number, c: number, s: number): void {
  for (let j = 0; j < size; j++) turn(a, p * size + j, q * size + j, c, s);
}

function turn(a: Float64Array, first: number, second: number, c: number, s: number): void {
  const [x, y] = [a[first] as number, a[second] as number];
  a[first] = c * x - s * y;
  a[second] = s * x + c * y;
}
