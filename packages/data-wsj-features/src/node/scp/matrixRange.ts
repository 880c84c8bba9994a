import type { Matrix } from '../../matrix';

/** The part of a matrix that an scp line asks for: first and last index, both included; undefined for all. */
export interface MatrixRange {
  readonly rows: readonly [number, number] | undefined;
  readonly columns: readonly [number, number] | undefined;
}

/** How many rows past the end Kaldi lets a range go; they are left out. */
const rowTolerance = 3;

/** Parses `0:9`, `:,5:12`, `20:29,0:3` (what stands between the brackets); undefined when it is none. */
export function parseRange(text: string): MatrixRange | undefined {
  const pair = /^(?:(\d{1,9}):(\d{1,9})|:)(?:,(?:(\d{1,9}):(\d{1,9})|:))?$/.exec(text);
  if (pair === null) return undefined;
  const bounds = (from = 1): readonly [number, number] | undefined =>
    pair[from] === undefined ? undefined : [Number(pair[from]), Number(pair[from + 1])];
  return { rows: bounds(1), columns: bounds(3) };
}

/** The sizes that a range leaves of a matrix; text saying why not when it cannot be taken. */
export function rangeSizes(
  range: MatrixRange,
  rows: number,
  columns: number,
): { rows: number; columns: number } | string {
  const [firstRow, lastRow] = range.rows ?? [0, rows - 1];
  const [firstColumn, lastColumn] = range.columns ?? [0, columns - 1];
  if (firstRow > lastRow || firstRow >= rows || lastRow >= rows + rowTolerance) {
    return `asks for rows ${firstRow} to ${lastRow} of ${rows}`;
  }
  if (firstColumn > lastColumn || lastColumn >= columns) {
    return `asks for columns ${firstColumn} to ${lastColumn} of ${columns}, counted from 0`;
  }
  return {
    rows: Math.min(lastRow, rows - 1) - firstRow + 1,
    columns: lastColumn - firstColumn + 1,
  };
}

/** Cuts a matrix; its sizes must have passed `rangeSizes`. */
export function cutMatrix(
  matrix: Matrix,
  range: MatrixRange,
  sizes: { rows: number; columns: number },
): Matrix {
  const firstRow = range.rows?.[0] ?? 0;
  const firstColumn = range.columns?.[0] ?? 0;
  const { rows, columns } = sizes;
  if (columns === matrix.columns) {
    return { ...sizes, data: matrix.data.slice(firstRow * columns, (firstRow + rows) * columns) };
  }
  const data =
    matrix.data instanceof Float32Array
      ? new Float32Array(rows * columns)
      : new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const start = (firstRow + r) * matrix.columns + firstColumn;
    data.set(matrix.data.subarray(start, start + columns), r * columns);
  }
  return { ...sizes, data };
}
