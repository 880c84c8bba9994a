import { escapeHtml } from './escape';
import type { Table } from './table';

/** The table as HTML: the first cell of a row is its heading, the title its caption. */
export function htmlTable({ title, columns, rows, notes }: Table): string {
  const open = (tag: string, scope: string, index: number) => {
    const align = columns[index]?.align === 'right' ? ' class="number"' : '';
    return `<${tag}${scope === '' ? '' : ` scope="${scope}"`}${align}>`;
  };
  const head = columns.map(
    ({ header }, index) => `${open('th', 'col', index)}${escapeHtml(header)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map((_, index) => {
      const text = escapeHtml(row[index] ?? '');
      return index === 0 && text !== ''
        ? `${open('th', 'row', index)}${text}</th>`
        : `${open('td', '', index)}${text}</td>`;
    });
    const first = row[0] === '' ? '' : ' class="first"';
    return `<tr${first}>${cells.join('')}</tr>`;
  });
  return [
    '<div class="scroll">',
    '<table>',
    `<caption>${escapeHtml(title)}</caption>`,
    `<thead><tr>${head.join('')}</tr></thead>`,
    `<tbody>`,
    ...body,
    '</tbody>',
    '</table>',
    '</div>',
    ...notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`),
    '',
  ].join('\n');
}
