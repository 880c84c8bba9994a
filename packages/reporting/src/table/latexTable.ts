import { escapeLatex } from './escape';
import type { Table } from './table';

/** The table as a LaTeX `table` with booktabs rules; needs `\usepackage{booktabs}`. */
export function latexTable({ title, columns, rows, notes }: Table): string {
  const line = (cells: readonly string[]) => `    ${cells.map(escapeLatex).join(' & ')} \\\\`;
  const spec = columns.map(({ align }) => (align === 'right' ? 'r' : 'l')).join('');
  const caption = [`${title}.`, ...notes].join(' ');
  return [
    String.raw`\begin{table}`,
    String.raw`  \centering`,
    String.raw`  \caption{${escapeLatex(caption)}}`,
    String.raw`  \begin{tabular}{@{}${spec}@{}}`,
    String.raw`    \toprule`,
    line(columns.map(({ header }) => header)),
    String.raw`    \midrule`,
    ...rows.map((row) => line(columns.map((_, index) => row[index] ?? ''))),
    String.raw`    \bottomrule`,
    String.raw`  \end{tabular}`,
    String.raw`\end{table}`,
    '',
  ].join('\n');
}
