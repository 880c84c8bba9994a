import { escapeMarkdown } from './escape';
import type { Table } from './table';

/** The table in GitHub's Markdown. */
export function markdownTable({ title, columns, rows, notes }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [
    `**${escapeMarkdown(title)}**\n\n`,
    line(columns.map(({ header }) => escapeMarkdown(header))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : ':---'))),
    ...rows.map((row) => line(columns.map((_, index) => escapeMarkdown(row[index] ?? '')))),
    ...notes.map((note) => `\n${escapeMarkdown(note)}\n`),
  ].join('');
}
