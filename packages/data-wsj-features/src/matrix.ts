/** A matrix in row-major order: for features a row is a frame (float32 as read, float64 for `DM` and statistics). */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array | Float64Array;
}
