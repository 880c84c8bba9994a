import type { Matrix } from '../matrix';
import type { Entry } from './entry';
import { formatNumber } from './formatNumber';

/**
 * Writes an entry as Kaldi's `copy-feats`, `copy-vector` or `copy-int-vector` does with `ark,t:`, character for
 * character, its newline at the end included. A lone object (an empty key) gets no key.
 */
export function formatEntry(entry: Entry): string {
  const key = entry.key === '' ? '' : `${entry.key} `;
  switch (entry.kind) {
    case 'matrix':
      return key + formatMatrix(entry.matrix);
    case 'vector':
      return `${key} [ ${spaced(entry.vector)}]\n`;
    case 'integers':
      return `${key}${entry.integers.join(' ')}${entry.integers.length === 0 ? '' : ' '}\n`;
  }
}

function formatMatrix({ rows, columns, data }: Matrix): string {
  if (rows === 0) return ' [ ]\n';
  let text = ' [';
  for (let r = 0; r < rows; r++) {
    text += `\n  ${spaced(data.subarray(r * columns, (r + 1) * columns))}`;
  }
  return `${text}]\n`;
}

function spaced(values: Float32Array | Float64Array): string {
  let text = '';
  for (const value of values) text += `${formatNumber(value)} `;
  return text;
}
