import type { ByteCursor } from '../bytes/byteCursor';
import { fault } from '../bytes/fault';
import { readBinaryHeader } from './binaryHeader';
import { readBinaryMark } from './readObject';
import { readTextObject } from './textObject';

/** The sizes of a matrix. */
export interface MatrixSizes {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Reads the sizes of the matrix at the cursor and moves behind it: of a binary one the header alone, of a text one
 * all of it.
 *
 * @throws DataError when it is malformed, cut off or no matrix.
 */
export async function readSizes(cursor: ByteCursor, key: string): Promise<MatrixSizes> {
  cursor.key = key;
  const start = cursor.position;
  if (!(await readBinaryMark(cursor))) {
    const entry = await readTextObject(cursor, key, { kind: 'matrix' });
    return entry.kind === 'matrix' ? entry.matrix : { rows: 0, columns: 0 };
  }
  const header = await readBinaryHeader(cursor);
  if (header.kind !== 'matrix') {
    throw fault(cursor.place(start), `holds a vector, expected a matrix of features.`);
  }
  await cursor.skip(header.bytes, 'a matrix');
  return { rows: header.rows, columns: header.columns };
}
