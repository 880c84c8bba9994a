import { escapeUnseen } from '@bnrnn/core';
import type { Table } from './table';

/** The table in aligned columns for a terminal; no cell can move its cursor or begin a line. */
export function textTable(table: Table): string {
  const { title, columns, rows, notes } = withoutUnseen(table);
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

function withoutUnseen({ title, columns, rows, notes }: Table): Table {
  return {
    title: escapeUnseen(title),
    columns: columns.map(({ header, align }) => ({ header: escapeUnseen(header), align })),
    rows: rows.map((row) => row.map(escapeUnseen)),
    notes: notes.map(escapeUnseen),
  };
}
