import type { ByteCursor } from '../bytes/byteCursor';
import { latin1, littleEndian } from '../bytes/byteText';
import { fault, printable } from '../bytes/fault';

/** What a binary entry holds, from its first bytes. */
export type BinaryHeader = MatrixHeader | VectorHeader | IntegersHeader;

export interface MatrixHeader {
  readonly kind: 'matrix';
  readonly token: 'FM' | 'DM' | 'CM' | 'CM2' | 'CM3';
  readonly rows: number;
  readonly columns: number;
  /** Of compressed matrices: the least value, and the width of their range. */
  readonly least: number;
  readonly range: number;
  /** How many bytes follow the header. */
  readonly bytes: number;
}

interface VectorHeader {
  readonly kind: 'vector';
  readonly token: 'FV' | 'DV';
  readonly size: number;
  readonly bytes: number;
}

interface IntegersHeader {
  readonly kind: 'integers';
  readonly size: number;
  readonly bytes: number;
}

/**
 * Reads token and sizes of a binary entry, from behind its `\0B`, and checks that its bytes can be there.
 *
 * @throws DataError for another token, a size that is negative or more than the file holds, a matrix without
 *   columns but with rows (or the other way round).
 */
export async function readBinaryHeader(cursor: ByteCursor): Promise<BinaryHeader> {
  const start = cursor.position;
  if ((await cursor.peek()) === 4) {
    const size = await readInteger(cursor, 'the element count');
    if (size < 0) throw fault(cursor.place(start), `states ${size} integers.`);
    const header = { kind: 'integers', size, bytes: 5 * size } as const;
    cursor.expectLeft(header.bytes, `a vector of ${size} integers`);
    return header;
  }
  const token = await readToken(cursor);
  switch (token) {
    case 'FM':
    case 'DM': {
      const rows = await readInteger(cursor, 'the row count');
      const columns = await readInteger(cursor, 'the column count');
      const bytes = rows * columns * (token === 'FM' ? 4 : 8);
      return checked(cursor, start, { token, rows, columns, least: 0, range: 0, bytes });
    }
    case 'CM':
    case 'CM2':
    case 'CM3': {
      const numbers = littleEndian(await cursor.take(16, `the header of a ${token} matrix`));
      const least = numbers.getFloat32(0, true);
      const range = numbers.getFloat32(4, true);
      const rows = numbers.getInt32(8, true);
      const columns = numbers.getInt32(12, true);
      const perColumn = { CM: 8 + rows, CM2: 2 * rows, CM3: rows }[token];
      const bytes = rows === 0 ? 0 : columns * perColumn;
      return checked(cursor, start, { token, rows, columns, least, range, bytes });
    }
    case 'FV':
    case 'DV': {
      const size = await readInteger(cursor, 'the element count');
      if (size < 0) throw fault(cursor.place(start), `states ${size} elements.`);
      const bytes = size * (token === 'FV' ? 4 : 8);
      cursor.expectLeft(bytes, `a ${token} vector of ${size}`);
      return { kind: 'vector', token, size, bytes };
    }
    default:
      throw fault(
        cursor.place(start),
        `holds "${printable(token)}", expected FM, DM, CM, CM2, CM3, FV, DV or an integer vector.`,
        {
          hint: 'Does the offset point behind the key, and is this an archive of features or labels?',
        },
      );
  }
}

function checked(
  cursor: ByteCursor,
  start: number,
  header: Omit<MatrixHeader, 'kind'>,
): MatrixHeader {
  const { token, rows, columns, bytes } = header;
  if (rows < 0 || columns < 0 || (rows === 0) !== (columns === 0)) {
    throw fault(cursor.place(start), `states a matrix of ${rows} rows and ${columns} columns.`);
  }
  cursor.expectLeft(bytes, `a ${token} matrix of ${rows} x ${columns}`);
  return { kind: 'matrix', ...header };
}

/** A token and the space behind it; at most 15 bytes. */
async function readToken(cursor: ByteCursor): Promise<string> {
  const start = cursor.position;
  const word = await cursor.word(15);
  const token = word && latin1(word);
  if (token === undefined || (await cursor.peek()) !== 32) {
    throw fault(cursor.place(start), 'has no type token, expected one such as "FM ".');
  }
  await cursor.take(1, 'a token');
  return token;
}

/** An int32 behind the byte 4 that tells its size. */
export async function readInteger(cursor: ByteCursor, what: string): Promise<number> {
  const start = cursor.position;
  const bytes = await cursor.take(5, what);
  if (bytes[0] !== 4) {
    throw fault(
      cursor.place(start),
      `${what} should follow a byte 4 (its size), but the byte is ${bytes[0] ?? -1}.`,
    );
  }
  return littleEndian(bytes).getInt32(1, true);
}
