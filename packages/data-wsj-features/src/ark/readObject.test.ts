import { DataError } from '@bnrnn/core';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  compressedMatrix,
  float32,
  float64,
  floatMatrix,
  int32,
  integerVector,
  memorySource,
  tagged,
  uint16,
} from '../../test/support/kaldiBytes';
import type { ByteSource } from '../bytes/byteSource';
import type { Entry, EntryOptions } from './entry';
import { parseEntries } from './parseEntries';

async function read(content: Buffer | string, options: EntryOptions = {}): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of parseEntries(memorySource(content), options)) entries.push(entry);
  return entries;
}

describe('the limit of a text entry', () => {
  it('is 2^25 values, whatever a source would still give', { timeout: 60_000 }, async () => {
    const lines = Buffer.alloc(2 ** 17, `${'1 '.repeat(31)}1\n`);
    const endless: ByteSource = {
      path: 'endless.ark',
      sequential: true,
      size: undefined,
      read: (position, target) => {
        const from = position === 0 ? Buffer.from('a ['.padEnd(64)) : lines.subarray(position % 64);
        return Promise.resolve(from.copy(target));
      },
      close: () => Promise.resolve(),
    };
    const archive = parseEntries(endless, {});
    await expect(archive.next()).rejects.toThrow('a text entry has more than 33554432 values.');
  });
});

describe('binary objects', () => {
  it('are float and double matrices', async () => {
    const content = bytes(
      floatMatrix('a', 2, 3, [1, 2, 3, -4, 0.5, 1e-30]),
      bytes('b \0BDM ', tagged(1), tagged(2), [float64(0.1), float64(-1e300)]),
    );
    expect(await read(content)).toEqual([
      {
        key: 'a',
        kind: 'matrix',
        matrix: { rows: 2, columns: 3, data: Float32Array.of(1, 2, 3, -4, 0.5, 1e-30) },
      },
      {
        key: 'b',
        kind: 'matrix',
        matrix: { rows: 1, columns: 2, data: Float64Array.of(0.1, -1e300) },
      },
    ]);
  });

  it('are vectors, and integers with a byte 4 before each', async () => {
    const content = bytes(
      bytes('f \0BFV ', tagged(2), [float32(1.5), float32(-2)]),
      bytes('d \0BDV ', tagged(1), float64(Math.PI)),
      integerVector('i', [1, -2, 2 ** 31 - 1]),
      integerVector('empty', []),
    );
    expect(await read(content)).toEqual([
      { key: 'f', kind: 'vector', vector: Float32Array.of(1.5, -2) },
      { key: 'd', kind: 'vector', vector: Float64Array.of(Math.PI) },
      { key: 'i', kind: 'integers', integers: Int32Array.of(1, -2, 2 ** 31 - 1) },
      { key: 'empty', kind: 'integers', integers: new Int32Array(0) },
    ]);
  });

  it('are compressed by column: linear between percentiles, breaks at 64 and 192', async () => {
    const [entry] = await read(compressedMatrix('c'), { kind: 'matrix' });
    const matrix = entry?.kind === 'matrix' ? entry.matrix : undefined;
    expect(matrix).toMatchObject({ rows: 3, columns: 2 });
    // Column 0: 0 % at 0, halfway from 16 to 48 (byte 128), 100 % at 63. Column 1: 9 throughout.
    const expected = [0, 9, 32, 9, 63, 9];
    matrix?.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
  });

  it('are compressed with two bytes or one a value', async () => {
    const header = [float32(-2), float32(4), int32(2), int32(2)];
    const two = bytes('t \0BCM2 ', header, [0, 16_384, 32_768, 65_535].map(uint16));
    const one = bytes('o \0BCM3 ', header, Buffer.of(0, 51, 102, 255));
    const values = (await read(bytes(two, one))).map((entry) =>
      entry.kind === 'matrix' ? [...entry.matrix.data] : [],
    );
    [-2, -0.9999847, 0.0000305, 2].forEach((value, i) =>
      expect(values[0]?.[i]).toBeCloseTo(value, 6),
    );
    [-2, -1.2, -0.4, 2].forEach((value, i) => expect(values[1]?.[i]).toBeCloseTo(value, 6));
  });

  it('may be a lone object without a key', async () => {
    const content = bytes('\0BDM ', tagged(1), tagged(1), float64(7));
    expect(await read(content)).toEqual([
      { key: '', kind: 'matrix', matrix: { rows: 1, columns: 1, data: Float64Array.of(7) } },
    ]);
  });
});

describe('text objects', () => {
  it('are matrices, vectors and integers by how they look', async () => {
    const text =
      'm  [\n  1 -2.5 \n  3e2 nan ]\nv  [ 1 2 INF ]\ni 3 -4 5 \nnone \nbare\ne  [ ]\nz []\n';
    expect(await read(text)).toEqual([
      {
        key: 'm',
        kind: 'matrix',
        matrix: { rows: 2, columns: 2, data: Float32Array.of(1, -2.5, 300, NaN) },
      },
      { key: 'v', kind: 'vector', vector: Float32Array.of(1, 2, Infinity) },
      { key: 'i', kind: 'integers', integers: Int32Array.of(3, -4, 5) },
      { key: 'none', kind: 'integers', integers: new Int32Array(0) },
      { key: 'bare', kind: 'integers', integers: new Int32Array(0) },
      { key: 'e', kind: 'matrix', matrix: { rows: 0, columns: 0, data: new Float32Array(0) } },
      { key: 'z', kind: 'matrix', matrix: { rows: 0, columns: 0, data: new Float32Array(0) } },
    ]);
  });

  it('are what was asked for: one line as a matrix, rows split by semicolons, no newline at all', async () => {
    const [row, split] = await read('a [ 1 2 ]\nb\n[ 1 2 ; 3 4 ]', { kind: 'matrix' });
    expect(row).toMatchObject({ matrix: { rows: 1, columns: 2 } });
    expect(split).toMatchObject({
      matrix: { rows: 2, columns: 2, data: Float32Array.of(1, 2, 3, 4) },
    });
  });

  it('keep float64 where statistics are read', async () => {
    const [entry] = await read('s [ 0.1 ]', { kind: 'vector', text: 'float64' });
    expect(entry).toMatchObject({ vector: Float64Array.of(0.1) });
  });

  it('end a line of integers also with a carriage return or the end of the file', async () => {
    expect(await read('a 1 2\r\nb 3', { kind: 'integers' })).toEqual([
      { key: 'a', kind: 'integers', integers: Int32Array.of(1, 2) },
      { key: 'b', kind: 'integers', integers: Int32Array.of(3) },
    ]);
  });
});

describe('what Kaldi refuses', () => {
  const refused: [string, Buffer | string, EntryOptions, RegExp][] = [
    ['another token', bytes('a \0BXX '), {}, /^memory, key a, byte 4: holds "XX", expected FM, DM/],
    ['a token without end', bytes('a \0B', 'x'.repeat(40)), {}, /byte 4: has no type token/],
    ['a zero byte alone', bytes('a \0C'), {}, /byte 2: has byte 67 behind a zero byte/],
    [
      'a size byte of 8',
      bytes('a \0BFM ', Buffer.of(8), int32(1)),
      {},
      /byte 7: the row count should follow a byte 4 .* is 8/,
    ],
    [
      'negative sizes',
      bytes('a \0BFM ', tagged(-1), tagged(-1)),
      {},
      /byte 4: states a matrix of -1 rows and -1 columns/,
    ],
    [
      'rows without columns',
      bytes('a \0BFM ', tagged(2 ** 31 - 1), tagged(0)),
      {},
      /2147483647 rows and 0 columns/,
    ],
    [
      'more than the file holds',
      bytes('a \0BFM ', tagged(2 ** 31 - 1), tagged(2 ** 31 - 1)),
      {},
      /byte 17: \d+ bytes are needed for a FM matrix of 2147483647 x 2147483647, but 0 are left/,
    ],
    [
      'an element without its byte 4',
      bytes('a \0B', tagged(2), tagged(1), Buffer.of(5), int32(1)),
      {},
      /byte 14: element 1 should start with a byte 4 .* is 5/,
    ],
    ['a number that is none', 'a [ 1 2x ]', {}, /byte 6: holds "2x"/],
    ['a plus', 'a [ +1 ]', {}, /byte 4: holds "\+1"/],
    ['a minus before inf', 'a [ -inf ]', {}, /holds "-inf"/],
    ['hexadecimal', 'a [ 0x10 ]', {}, /holds "0x10"/],
    ['a number too large', 'a [ 1e999 ]', {}, /holds "1e999"/],
    ['no bracket at the end', 'a [ 1 2\n', {}, /byte 8: the file ends before the "]"/],
    ['uneven rows', 'a [ 1 2\n 3 ]', {}, /byte 2: row 1 of a text matrix has 1 values, expected 2/],
    ['no opening bracket', 'a 1 2 ]', { kind: 'matrix' }, /byte 2: holds "1", expected "\["/],
    ['a newline in a vector', 'a [ 1\n 2 ]', { kind: 'vector' }, /newline within a vector/],
    ['a fraction among integers', 'a 1 2.5', {}, /byte 4: holds "2.5", expected 32-bit integers/],
    ['an integer of 33 bits', 'a 2147483648', {}, /byte 2: holds "2147483648"/],
    [
      'another kind',
      integerVector('a', [1]),
      { kind: 'matrix' },
      /holds a vector of integers, exp/,
    ],
    ['a key alone', 'a', {}, /byte 1: the file ends behind a key/],
    ['nothing behind a key', 'a ', { kind: 'matrix' }, /byte 2: the file ends where a matrix/],
    ['a control character in a key', 'a\x01b 1', {}, /byte 0: holds "a\\u0001b", expected a key/],
    ['a key in Latin-1', Buffer.from('caf\xe9 1', 'latin1'), {}, /byte 0: .*expected a key of/],
    ['no blank', 'x'.repeat(5000), {}, /byte 0: has no blank within 4096 bytes/],
  ];
  it.each(refused)('%s', async (_, content, options, message) => {
    await expect(read(content, options)).rejects.toThrow(message);
    await expect(read(content, options)).rejects.toThrow(DataError);
  });

  it('takes keys in UTF-8 as they are', async () => {
    const key = 'sprecher_ä_日本';
    expect(await read(`${key} 1 2`)).toEqual([
      { key, kind: 'integers', integers: Int32Array.of(1, 2) },
    ]);
  });
});
