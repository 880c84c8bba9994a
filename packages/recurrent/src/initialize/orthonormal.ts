/**
 * The matrix nearest in span to `source` with orthonormal rows (rows ≤ columns) or columns.
 *
 *   v_k ← v_k − Σ_{j<k} (v_j·v_k) v_j,  twice,  then  v_k ← v_k / |v_k|      (Gram-Schmidt)
 *
 * Of a matrix of normal numbers this is uniformly distributed over such matrices.
 *
 * @param source  [rows, columns], row-major, of full rank; not modified.
 * @returns       float64 [rows, columns].
 */
export function orthonormal(
  rows: number,
  columns: number,
  source: ArrayLike<number>,
): Float64Array {
  const matrix = Float64Array.from(source);
  const byRows = rows <= columns;
  const count = byRows ? rows : columns;
  const length = byRows ? columns : rows;
  const [toNext, alongVector] = byRows ? [columns, 1] : [1, columns];

  const dot = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const offset = i * alongVector;
      sum += (matrix[a * toNext + offset] as number) * (matrix[b * toNext + offset] as number);
    }
    return sum;
  };

  for (let k = 0; k < count; k++) {
    // One pass loses orthogonality to rounding; the second restores it.
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < k; j++) {
        const overlap = dot(j, k);
        for (let i = 0; i < length; i++) {
          const offset = i * alongVector;
          const index = k * toNext + offset;
          matrix[index] =
            (matrix[index] as number) - overlap * (matrix[j * toNext + offset] as number);
        }
      }
    }
    const norm = Math.sqrt(dot(k, k));
    for (let i = 0; i < length; i++) {
      const index = k * toNext + i * alongVector;
      matrix[index] = (matrix[index] as number) / norm;
    }
  }
  return matrix;
}
