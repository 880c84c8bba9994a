import { escapeUnseen } from '@bnrnn/core';

/** Rows of cells as lines in which the columns line up, two spaces between. */
export function textColumns(cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(escapeUnseen));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
