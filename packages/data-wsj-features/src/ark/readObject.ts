import type { ByteCursor } from '../bytes/byteCursor';
import { fault } from '../bytes/fault';
import { readBinaryHeader, type BinaryHeader } from './binaryHeader';
import { decompress } from './compressedMatrix';
import { kindNames, type Entry, type EntryOptions } from './entry';
import { readTextObject } from './textObject';

/**
 * Reads the object at the cursor (behind key and space), binary or text.
 *
 * @throws DataError naming file, key and byte offset when it is malformed, cut off or of another kind.
 */
export async function readObject(
  cursor: ByteCursor,
  key: string,
  options: EntryOptions = {},
): Promise<Entry> {
  cursor.key = key;
  const start = cursor.position;
  const binary = await readBinaryMark(cursor);
  const entry = binary
    ? await readBinary(cursor, key, await readBinaryHeader(cursor))
    : await readTextObject(cursor, key, options);
  if (options.kind !== undefined && options.kind !== entry.kind) {
    throw fault(
      cursor.place(start),
      `holds ${kindNames[entry.kind]}, expected ${kindNames[options.kind]}.`,
    );
  }
  return entry;
}

/** Whether `\0B` comes next; moves behind it. */
export async function readBinaryMark(cursor: ByteCursor): Promise<boolean> {
  if ((await cursor.peek()) !== 0) return false;
  const start = cursor.position;
  const mark = await cursor.take(2, 'the mark of a binary entry');
  if (mark[1] !== 66) {
    throw fault(cursor.place(start), `has byte ${mark[1] ?? -1} behind a zero byte, expected "B".`);
  }
  return true;
}

async function readBinary(cursor: ByteCursor, key: string, header: BinaryHeader): Promise<Entry> {
  const start = cursor.position;
  const what = kindNames[header.kind];
  switch (header.kind) {
    case 'matrix': {
      const { rows, columns, token, bytes } = header;
      const data =
        token === 'FM' || token === 'DM'
          ? floats(token, await cursor.payload(bytes, what))
          : decompress(header, await cursor.view(bytes, what));
      return { key, kind: 'matrix', matrix: { rows, columns, data } };
    }
    case 'vector':
      return {
        key,
        kind: 'vector',
        vector: floats(header.token, await cursor.payload(header.bytes, what)),
      };
    case 'integers': {
      const bytes = await cursor.view(header.bytes, what);
      return { key, kind: 'integers', integers: taggedIntegers(cursor, bytes, start) };
    }
  }
}

function floats(token: string, { buffer }: Uint8Array<ArrayBuffer>): Float32Array | Float64Array {
  return token.startsWith('F') ? new Float32Array(buffer) : new Float64Array(buffer);
}

/** The table form of integer vectors: each element is a byte 4 and four bytes. */
function taggedIntegers(cursor: ByteCursor, bytes: Uint8Array, start: number): Int32Array {
  const integers = new Int32Array(bytes.length / 5);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < integers.length; i++) {
    if (bytes[5 * i] !== 4) {
      throw fault(
        cursor.place(start + 5 * i),
        `element ${i} should start with a byte 4 (its size), but the byte is ${bytes[5 * i] ?? -1}.`,
      );
    }
    integers[i] = view.getInt32(5 * i + 1, true);
  }
  return integers;
}
