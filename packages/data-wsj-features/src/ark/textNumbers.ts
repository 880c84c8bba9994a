import type { ByteCursor } from '../bytes/byteCursor';
import { latin1 } from '../bytes/byteText';
import { fault, printable, type Place } from '../bytes/fault';

/** Each character can be read in one way only: a long word takes time in proportion to its length. */
const number = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** Eighty minutes of 69 features at 100 frames a second; a packed file of digits is not let fill the memory. */
const mostValues = 2 ** 25;
const [newline, semicolon, closing] = [10, 59, 93];

/** Numbers between `[` and `]`, and how they stand on lines. */
export interface BracketedNumbers {
  readonly values: number[];
  /** How many values each line that has any holds. */
  readonly lines: readonly number[];
  /** Whether a newline (or `;`) stands between the brackets. */
  readonly broken: boolean;
}

/**
 * Reads `[ 1 2 \n 3 4 ]` from behind its `[`, the form of Kaldi's text matrices and vectors.
 *
 * As in Kaldi a value is a decimal number, `inf`, `infinity` or `nan` in any case; a minus before those, a plus,
 * and anything else is refused.
 */
export async function readBracketed(cursor: ByteCursor): Promise<BracketedNumbers> {
  const values: number[] = [];
  const lines: number[] = [];
  let broken = false;
  for (;;) {
    const start = cursor.position;
    const piece = await cursor.until([newline, semicolon, closing], 'a text matrix or vector');
    const stop = piece.at(-1);
    if (stop !== newline && stop !== semicolon && stop !== closing) {
      throw fault(cursor.place(), 'the file ends before the "]" of a text matrix or vector.');
    }
    const before = values.length;
    forEachWord(piece, piece.length - 1, (word, at) => {
      expectRoom(values, cursor);
      values.push(parseNumber(word, cursor.place(start + at)));
    });
    if (values.length > before) lines.push(values.length - before);
    if (stop === closing) return { values, lines, broken };
    broken = true;
  }
}

/** Reads the integers up to the end of the line, or of the file. */
export async function readIntegerLine(cursor: ByteCursor): Promise<Int32Array> {
  const start = cursor.position;
  const line = await cursor.until([newline], 'a line of integers');
  const values: number[] = [];
  forEachWord(line, line.length, (word, at) => {
    const value = /^[+-]?\d{1,10}$/.test(word) ? Number(word) : NaN;
    if (Number.isNaN(value) || (value | 0) !== value) {
      const place = cursor.place(start + at);
      throw fault(place, `holds "${printable(word)}", expected 32-bit integers up to the newline.`);
    }
    expectRoom(values, cursor);
    values.push(value);
  });
  return Int32Array.from(values);
}

function expectRoom(values: readonly number[], cursor: ByteCursor): void {
  if (values.length < mostValues) return;
  throw fault(cursor.place(), `a text entry has more than ${mostValues} values.`);
}

/** Calls `onWord` for each run of bytes that are not white space, with where it starts. */
function forEachWord(
  bytes: Uint8Array,
  end: number,
  onWord: (word: string, at: number) => void,
): void {
  let start = 0;
  for (let i = 0; i <= end; i++) {
    const byte = i === end ? 32 : (bytes[i] ?? 32);
    if (byte > 32 || byte < 9 || (byte > 13 && byte < 32)) continue;
    if (i > start) onWord(latin1(bytes, start, i), start);
    start = i + 1;
  }
}

function parseNumber(word: string, place: Place): number {
  if (number.test(word)) {
    const value = Number(word);
    if (Number.isFinite(value)) return value;
  }
  const lower = word.toLowerCase();
  if (lower === 'inf' || lower === 'infinity') return Infinity;
  if (lower === 'nan') return NaN;
  throw fault(place, `holds "${printable(word)}", expected a number or "]".`);
}
