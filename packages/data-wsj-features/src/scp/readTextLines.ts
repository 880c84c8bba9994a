import { ByteCursor, isSpace } from '../bytes/byteCursor';
import type { ByteSource } from '../bytes/byteSource';
import { fault } from '../bytes/fault';
import { openFile } from '../bytes/openFile';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A line of a text file, white space at its ends removed, and where it starts. */
export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly offset: number;
}

/**
 * Streams the lines of a UTF-8 text file, packed or not.
 *
 * @throws DataError when it cannot be read, or holds zero bytes or other than UTF-8.
 */
export async function* readTextLines(path: string): AsyncGenerator<TextLine, void, undefined> {
  const source = await openFile(path);
  try {
    yield* linesOf(source);
  } finally {
    await source.close();
  }
}

async function* linesOf(source: ByteSource): AsyncGenerator<TextLine, void, undefined> {
  const cursor = new ByteCursor(source, 0, 1 << 18);
  for (let line = 1; (await cursor.peek()) !== -1; line++) {
    const offset = cursor.position;
    const bytes = await cursor.until([10], `line ${line}`);
    if (bytes.includes(0)) {
      throw fault(cursor.place(offset), `line ${line} has a zero byte, expected a text file.`);
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

/** The bytes between the white space at both ends. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let [start, end] = [0, bytes.length];
  while (start < end && isSpace(bytes[start] ?? 0)) start++;
  while (start < end && isSpace(bytes[end - 1] ?? 0)) end--;
  return bytes.subarray(start, end);
}
