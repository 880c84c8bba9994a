import type { ByteCursor } from '../bytes/byteCursor';
import { latin1 } from '../bytes/byteText';
import { fault, printable } from '../bytes/fault';
import type { Entry, EntryOptions } from './entry';
import { readBracketed, readIntegerLine, type BracketedNumbers } from './textNumbers';

const [newline, opening, end] = [10, 91, -1];

/**
 * Reads an object in text form: `[` rows `]`, `[` values `]` or integers up to the newline. Without a kind to
 * expect, brackets with a newline between them hold a matrix and others a vector.
 */
export async function readTextObject(
  cursor: ByteCursor,
  key: string,
  { kind, text = 'float32' }: EntryOptions,
): Promise<Entry> {
  let first = await cursor.skipSpace('but newlines');
  const bracketed = kind === undefined ? first === opening : kind !== 'integers';
  if (!bracketed && first !== end) {
    return { key, kind: 'integers', integers: await readIntegerLine(cursor) };
  }
  if (first === newline) first = await cursor.skipSpace();
  const start = cursor.position;
  if (first === end) {
    throw fault(cursor.place(), 'the file ends where a matrix, vector or integers should follow.');
  }
  const bytes = await cursor.word(64);
  const word = bytes === undefined ? 'a long word' : latin1(bytes);
  if (word !== '[' && word !== '[]') {
    throw fault(cursor.place(start), `holds "${printable(word)}", expected "[" and numbers.`);
  }
  const numbers = word === '[' ? await readBracketed(cursor) : empty;
  const { values, broken } = numbers;
  const data = text === 'float64' ? new Float64Array(values) : new Float32Array(values);
  if (kind === 'vector' || (kind === undefined && !broken && values.length > 0)) {
    if (!broken) return { key, kind: 'vector', vector: data };
    throw fault(cursor.place(start), 'holds a newline within a vector; is it a matrix?');
  }
  const columns = columnCount(cursor, start, numbers);
  return { key, kind: 'matrix', matrix: { rows: numbers.lines.length, columns, data } };
}

const empty: BracketedNumbers = { values: [], lines: [], broken: false };

function columnCount(cursor: ByteCursor, start: number, { lines }: BracketedNumbers): number {
  const columns = lines[0] ?? 0;
  const uneven = lines.findIndex((length) => length !== columns);
  if (uneven === -1) return columns;
  throw fault(
    cursor.place(start),
    `row ${uneven} of a text matrix has ${lines[uneven] ?? 0} values, expected ${columns} as in row 0.`,
  );
}
