import type { Table } from './table';

/** The table in aligned columns for a terminal. */
export function textTable({ title, columns, rows, notes }: Table): string {
  const widths = columns.map(({ header }, index) =>
    Math.max(header.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const [cell, width] = [cells[index] ?? '', widths[index] ?? 0];
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    title,
    '',
    line(columns.map(({ header }) => header)),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.map(line),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ]
    .map((text) => `${text}\n`)
    .join('');
}
