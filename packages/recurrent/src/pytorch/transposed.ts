/** The transpose [columns, rows] of a row-major matrix [rows, columns]. */
export function transposed(source: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: rows * columns },
    (_, i) => source[(i % rows) * columns + Math.floor(i / rows)] as number,
  );
}
