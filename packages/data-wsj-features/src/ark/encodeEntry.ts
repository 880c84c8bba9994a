import { ShapeError, UsageError } from '@bnrnn/core';
import { joinBytes, littleEndian, utf8Bytes } from '../bytes/byteText';
import type { Entry } from './entry';
import { formatEntry } from './formatEntry';
import { isKey } from './readKey';

/** An entry's bytes in an archive, and where among them its object starts: the offset that an scp tells. */
export interface EncodedEntry {
  readonly bytes: Uint8Array;
  readonly objectAt: number;
}

/**
 * Encodes an entry as Kaldi writes it: `FM` or `DM` and `FV` or `DV` by the array's type, integers with a byte 4
 * before each; or the text form. A lone object (an empty key) gets no key.
 *
 * @throws UsageError for a key that holds white space or control characters; ShapeError when a matrix
 *   has other sizes than its data.
 */
export function encodeEntry(entry: Entry, text: boolean): EncodedEntry {
  if (entry.key !== '' && !isKey(entry.key)) {
    throw new UsageError(`encodeEntry: "${entry.key}" is no key: printable, without white space.`);
  }
  if (entry.kind === 'matrix') {
    const { rows, columns, data } = entry.matrix;
    if (rows * columns !== data.length || (rows === 0) !== (columns === 0)) {
      throw new ShapeError(
        `encodeEntry: the matrix of ${entry.key} is ${rows} x ${columns} with ${data.length} values.`,
      );
    }
  }
  const key = utf8Bytes(entry.key === '' ? '' : `${entry.key} `);
  const body = text ? [utf8Bytes(formatEntry({ ...entry, key: '' }))] : binary(entry);
  return { bytes: joinBytes([key, ...body]), objectAt: key.length };
}

function binary(entry: Entry): Uint8Array[] {
  switch (entry.kind) {
    case 'matrix': {
      const { rows, columns, data } = entry.matrix;
      const token = data instanceof Float64Array ? 'DM ' : 'FM ';
      return [utf8Bytes(`\0B${token}`), sized(rows), sized(columns), bytesOf(data)];
    }
    case 'vector': {
      const token = entry.vector instanceof Float64Array ? 'DV ' : 'FV ';
      return [utf8Bytes(`\0B${token}`), sized(entry.vector.length), bytesOf(entry.vector)];
    }
    case 'integers': {
      const { integers } = entry;
      const bytes = new Uint8Array(5 * integers.length).fill(4);
      const numbers = littleEndian(bytes);
      integers.forEach((value, i) => numbers.setInt32(5 * i + 1, value, true));
      return [utf8Bytes('\0B'), sized(integers.length), bytes];
    }
  }
}

/** An int32 behind the byte 4 that tells its size. */
function sized(value: number): Uint8Array {
  const bytes = new Uint8Array(5).fill(4);
  littleEndian(bytes).setInt32(1, value, true);
  return bytes;
}

function bytesOf(data: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
