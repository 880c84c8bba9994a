import { escapeUnseen, expectOneOf } from '@bnrnn/core';
import { compareRuns } from '../compare/compareRuns';
import { measuredDifferences } from '../compare/measuredDifferences';
import type { Run } from '../run/run';
import { comparisonTables } from './comparisonTables';
import { escapeHtml, escapeLatex, escapeMarkdown } from './escape';
import { writeTable, type TableFormat } from './writeTable';

/** The formats that hold several tables and sentences. */
type PageFormat = Exclude<TableFormat, 'csv'>;

const paragraphs: Readonly<Record<PageFormat, (text: string) => string>> = {
  text: (text) => `${escapeUnseen(text)}\n`,
  markdown: (text) => `${escapeMarkdown(text)}\n`,
  latex: (text) => `${escapeLatex(text)}\n`,
  html: (text) => `<p>${escapeHtml(text)}</p>\n`,
};

const pageFormats = Object.keys(paragraphs) as PageFormat[];

/**
 * Runs side by side: training loss at equal steps, validation under each choice of statistics, both
 * averages of the perplexity, speed; runs that differ in their seed alone as mean ± deviation. Under
 * the tables stands the measured difference of each treatment and its baseline, whatever its sign.
 *
 * @param format  `text` for a terminal, `markdown`, `latex` (booktabs) or `html`.
 * @throws UsageError when the runs are of different corpora (SHA-256) or units, or none.
 */
export function comparisonTable(runs: readonly Run[], format: PageFormat = 'text'): string {
  const paragraph = paragraphs[expectOneOf('comparisonTable: format', format, pageFormats)];
  const comparison = compareRuns(runs);
  return [
    ...comparisonTables(comparison).map((table) => writeTable(table, format)),
    ...measuredDifferences(comparison).map(paragraph),
  ].join('\n');
}
