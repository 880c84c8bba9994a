import { ByteCursor, isSpace } from './byteCursor';
import type { ByteSource } from './byteSource';
import { fault } from './fault';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A line of a text file, white space at its ends removed, and where it starts. */
export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly offset: number;
}

/**
 * Streams the lines of a UTF-8 text; a byte order mark at its start is no part of the first.
 *
 * @throws DataError when it holds zero bytes or other than UTF-8.
 */
export async function* textLines(source: ByteSource): AsyncGenerator<TextLine, void, undefined> {
  const cursor = new ByteCursor(source, 0, 1 << 18);
  await cursor.skipByteOrderMark();
  for (let line = 1; (await cursor.peek()) !== -1; line++) {
    const offset = cursor.position;
    const bytes = await cursor.until([10], `line ${line}`);
    if (bytes.includes(0)) {
      throw fault(
        cursor.place(offset),
        `line ${line} has a zero byte, expected a text file.`,
        looksLikeUtf16(bytes) ? { hint: utf16Hint } : {},
      );
    }
    let text: string;
    try {
      text = utf8.decode(trimmed(bytes));
    } catch (cause) {
      throw fault(cursor.place(offset), `line ${line} is not UTF-8 text.`, { cause });
    }
    yield { text, line, offset };
  }
}

const utf16Hint = 'It looks like UTF-16. Convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW.';

/** Whether every other byte of a line's first eight is zero, or the mark of UTF-16 stands there. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const start = Array.from(bytes.subarray(0, 8));
  return [0, 1].some(
    (odd) => start.length > 2 && start.every((byte, i) => (byte === 0) === (i % 2 === odd)),
  );
}

/** The bytes between the white space at both ends. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let [start, end] = [0, bytes.length];
  while (start < end && isSpace(bytes[start] ?? 0)) start++;
  while (start < end && isSpace(bytes[end - 1] ?? 0)) end--;
  return bytes.subarray(start, end);
}
