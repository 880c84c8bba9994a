import type { Table } from './table';

/** The table as comma-separated values (RFC 4180), its columns' names first; title and notes are left out. */
export function csvTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `${cells.map(quoted).join(',')}\n`;
  return [
    line(columns.map(({ header }) => header)),
    ...rows.map((row) => line(columns.map((_, index) => row[index] ?? ''))),
  ].join('');
}

/** A cell that a spreadsheet would take for a formula is given a leading apostrophe. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
