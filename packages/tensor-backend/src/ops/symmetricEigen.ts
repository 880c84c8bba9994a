/** The eigenvalues of a symmetric matrix, and its eigenvectors as columns. */
export interface SymmetricEigen {
  /** [n] */
  readonly values: Float64Array;
  /** [n, n]: column k belongs to value k. */
  readonly vectors: Float64Array;
}

/**
 * The eigenvalues and eigenvectors of a symmetric matrix, in float64.
 *
 *   Σ = D·diag(λ)·Dᵀ
 *
 * Householder's reflections make it tridiagonal, implicit QL steps diagonal: some 9·n³ operations. A matrix
 * that holds not a number gives values that are none.
 *
 * @param matrix  [n, n], row-major; not modified. What lies below its diagonal is not read.
 * @see Golub and Van Loan, Matrix Computations, section 8.3; EISPACK's tred2 and tql2.
 */
export function symmetricEigen(matrix: ArrayLike<number>, size: number): SymmetricEigen {
  // Row j holds column j of what becomes the eigenvectors: the inner loops run along rows.
  const columns = Array.from({ length: size }, (_, j) =>
    Float64Array.from({ length: size }, (_, i) =>
      at(matrix, Math.min(i, j) * size + Math.max(i, j)),
    ),
  );
  const values = new Float64Array(size);
  const beside = new Float64Array(size);
  reduce(columns, values, beside);
  accumulate(columns, values);
  diagonalize(columns, values, beside);
  const vectors = new Float64Array(size * size);
  columns.forEach((column, j) => {
    column.forEach((value, i) => (vectors[i * size + j] = value));
  });
  return { values, vectors };
}

type Columns = readonly Float64Array[];

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

function columnAt(columns: Columns, index: number): Float64Array {
  return columns[index] as Float64Array;
}

/** Householder: the reflections stay in the columns, their sizes in d, what stands beside the diagonal in e. */
function reduce(columns: Columns, d: Float64Array, e: Float64Array): void {
  const size = d.length;
  columns.forEach((column, j) => (d[j] = at(column, size - 1)));
  for (let i = size - 1; i > 0; i--) {
    const scale = d.subarray(0, i).reduce((sum, value) => sum + Math.abs(value), 0);
    let h = 0;
    if (scale === 0) {
      e[i] = at(d, i - 1);
      for (let j = 0; j < i; j++) {
        d[j] = at(columnAt(columns, j), i - 1);
        columnAt(columns, j)[i] = 0;
        columnAt(columns, i)[j] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] = at(d, k) / scale;
        h += at(d, k) ** 2;
      }
      const last = at(d, i - 1);
      const root = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * root;
      h -= last * root;
      d[i - 1] = last - root;
      reflect(columns, d, e, i, h);
    }
    d[i] = h;
  }
}

/** A ← (I − d·dᵀ/h)·A·(I − d·dᵀ/h) on the first i rows and columns. */
function reflect(columns: Columns, d: Float64Array, e: Float64Array, i: number, h: number): void {
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const column = columnAt(columns, j);
    const f = at(d, j);
    columnAt(columns, i)[j] = f;
    let g = at(e, j) + at(column, j) * f;
    for (let k = j + 1; k < i; k++) {
      g += at(column, k) * at(d, k);
      e[k] = at(e, k) + at(column, k) * f;
    }
    e[j] = g;
  }
  let f = 0;
  for (let j = 0; j < i; j++) {
    e[j] = at(e, j) / h;
    f += at(e, j) * at(d, j);
  }
  const half = f / (h + h);
  for (let j = 0; j < i; j++) e[j] = at(e, j) - half * at(d, j);
  for (let j = 0; j < i; j++) {
    const column = columnAt(columns, j);
    const [dj, ej] = [at(d, j), at(e, j)];
    for (let k = j; k < i; k++) column[k] = at(column, k) - (dj * at(e, k) + ej * at(d, k));
    d[j] = at(column, i - 1);
    column[i] = 0;
  }
}

/** The product of the reflections in the columns; the diagonal of the tridiagonal matrix in d. */
function accumulate(columns: Columns, d: Float64Array): void {
  const last = d.length - 1;
  for (let i = 0; i < last; i++) {
    const column = columnAt(columns, i);
    const next = columnAt(columns, i + 1);
    column[last] = at(column, i);
    column[i] = 1;
    const h = at(d, i + 1);
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = at(next, k) / h;
      for (let j = 0; j <= i; j++) {
        const own = columnAt(columns, j);
        let g = 0;
        for (let k = 0; k <= i; k++) g += at(next, k) * at(own, k);
        for (let k = 0; k <= i; k++) own[k] = at(own, k) - g * at(d, k);
      }
    }
    next.fill(0, 0, i + 1);
  }
  columns.forEach((column, j) => {
    d[j] = at(column, last);
    column[last] = 0;
  });
  columnAt(columns, last)[last] = 1;
}

/** QL steps with shifts: e goes to 0, d to the eigenvalues, and the columns turn along. */
function diagonalize(columns: Columns, d: Float64Array, e: Float64Array): void {
  const size = d.length;
  e.copyWithin(0, 1);
  e[size - 1] = 0;
  let shifted = 0;
  let largest = 0;
  for (let l = 0; l < size; l++) {
    largest = Math.max(largest, Math.abs(at(d, l)) + Math.abs(at(e, l)));
    const small = Number.EPSILON * largest;
    let m = l;
    while (m < size - 1 && Math.abs(at(e, m)) > small) m++;
    // Two or three steps an eigenvalue are usual.
    for (let step = 0; m > l && step < 50; step++) {
      shifted += shift(d, e, l);
      qlStep(columns, d, e, l, m);
      if (!(Math.abs(at(e, l)) > small)) break;
    }
    d[l] = at(d, l) + shifted;
    e[l] = 0;
  }
}

/** Takes the shift of a QL step off the diagonal from l on, and gives it; l and l + 1 have their new values. */
function shift(d: Float64Array, e: Float64Array, l: number): number {
  const before = at(d, l);
  const p = (at(d, l + 1) - before) / (2 * at(e, l));
  const r = p < 0 ? -Math.sqrt(p * p + 1) : Math.sqrt(p * p + 1);
  d[l] = at(e, l) / (p + r);
  d[l + 1] = at(e, l) * (p + r);
  const h = before - at(d, l);
  for (let i = l + 2; i < d.length; i++) d[i] = at(d, i) - h;
  return h;
}

function qlStep(columns: Columns, d: Float64Array, e: Float64Array, l: number, m: number): void {
  const [next, beside] = [at(d, l + 1), at(e, l + 1)];
  let p = at(d, m);
  let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
  for (let i = m - 1; i >= l; i--) {
    c3 = c2;
    c2 = c;
    s2 = s;
    const g = c * at(e, i);
    const h = c * p;
    const r = Math.sqrt(p * p + at(e, i) ** 2);
    e[i + 1] = s * r;
    s = at(e, i) / r;
    c = p / r;
    p = c * at(d, i) - s * g;
    d[i + 1] = h + s * (c * g + s * at(d, i));
    turn(columnAt(columns, i), columnAt(columns, i + 1), c, s);
  }
  p = (-s * s2 * c3 * beside * at(e, l)) / next;
  e[l] = s * p;
  d[l] = c * p;
}

function turn(first: Float64Array, second: Float64Array, c: number, s: number): void {
  for (let k = 0; k < first.length; k++) {
    const [x, y] = [at(first, k), at(second, k)];
    second[k] = s * x + c * y;
    first[k] = c * x - s * y;
  }
}
