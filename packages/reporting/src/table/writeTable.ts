import { csvTable } from './csvTable';
import { htmlTable } from './htmlTable';
import { latexTable } from './latexTable';
import { markdownTable } from './markdownTable';
import type { Table } from './table';
import { textTable } from './textTable';

/** The formats a table can be written in. */
export const tableFormats = ['text', 'markdown', 'latex', 'html', 'csv'] as const;
export type TableFormat = (typeof tableFormats)[number];

const writers: Readonly<Record<TableFormat, (table: Table) => string>> = {
  text: textTable,
  markdown: markdownTable,
  latex: latexTable,
  html: htmlTable,
  csv: csvTable,
};

/** The table in a format. */
export function writeTable(table: Table, format: TableFormat): string {
  return writers[format](table);
}
