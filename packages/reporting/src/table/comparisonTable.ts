import { escapeUnseen, expectOneOf } from '@bnrnn/core';
import { compareRuns } from '../compare/compareRuns';
import { measuredDifferences } from '../compare/measuredDifferences';
import type { Run } from '../run/run';
import { comparisonTables } from './comparisonTables';
import { escapeHtml, escapeLatex, escapeMarkdown } from './escape';
import { htmlTable } from './htmlTable';
import { latexTable } from './latexTable';
import { markdownTable } from './markdownTable';
import { tableFormats, type TableFormat } from './table';
import { textTable } from './textTable';

const writers = {
  text: { table: textTable, paragraph: (text: string) => `${escapeUnseen(text)}\n` },
  markdown: { table: markdownTable, paragraph: (text: string) => `${escapeMarkdown(text)}\n` },
  latex: { table: latexTable, paragraph: (text: string) => `${escapeLatex(text)}\n` },
  html: { table: htmlTable, paragraph: (text: string) => `<p>${escapeHtml(text)}</p>\n` },
} as const;

/**
 * Runs side by side: training loss at equal steps, validation under each choice of statistics, both
 * averages of the perplexity, speed; runs that differ in their seed alone as mean ± deviation. Under
 * the tables stands the measured difference of each treatment and its baseline, whatever its sign.
 *
 * @param format  `text` for a terminal, `markdown`, `latex` (booktabs) or `html`.
 * @throws UsageError when the runs are of different corpora (SHA-256) or units, or none.
 */
export function comparisonTable(runs: readonly Run[], format: TableFormat = 'text'): string {
  const { table, paragraph } =
    writers[expectOneOf('comparisonTable: format', format, tableFormats)];
  const comparison = compareRuns(runs);
  return [
    ...comparisonTables(comparison).map(table),
    ...measuredDifferences(comparison).map(paragraph),
  ].join('\n');
}
