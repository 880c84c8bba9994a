import { describe, expect, it } from 'vitest';
import { bytes, uint16 } from '../../test/support/kaldiBytes';
import { decompress } from './compressedMatrix';

/** A unit of the percentiles is 1 with this range. */
const header = { kind: 'matrix', least: 0, range: 65_535, bytes: 0 } as const;

describe('a matrix compressed by column', () => {
  // By percentiles 0, 64, 192, 255 a byte stands for itself; by the others it counts twice up to 64,
  // not at all up to 192, and once from there.
  const plain = [0, 64, 192, 255];
  const bent = [10, 138, 138, 201];
  const bentValue = (byte: number): number =>
    byte <= 64 ? 10 + 2 * byte : 138 + Math.max(0, byte - 192);
  const everyByte = Array.from({ length: 256 }, (_, i) => i);

  it('has a value for each byte, linear between the percentiles with breaks at 64 and 192', () => {
    const content = bytes(
      [...plain, ...bent].map(uint16),
      Buffer.from(everyByte.concat(everyByte)),
    );
    const data = decompress({ ...header, token: 'CM', rows: 256, columns: 2 }, content);
    expect(data).toHaveLength(512);
    for (const byte of everyByte) {
      expect(data[2 * byte], `byte ${byte}`).toBeCloseTo(byte, 4);
      expect(data[2 * byte + 1], `byte ${byte}`).toBeCloseTo(bentValue(byte), 4);
    }
  });

  it.each([
    [1, 1],
    [3, 15],
    [2, 16],
    [5, 17],
    [2, 70],
  ])('of %i rows and %i columns is laid out by rows', (rows, columns) => {
    const byteAt = (r: number, c: number): number => (100 * r + 7 * c) % 256;
    const content = bytes(
      Array.from({ length: columns }, (_, c) => (c % 3 === 0 ? bent : plain).map(uint16)).flat(),
      Buffer.from(
        Array.from({ length: rows * columns }, (_, i) => byteAt(i % rows, Math.floor(i / rows))),
      ),
    );
    const data = decompress({ ...header, token: 'CM', rows, columns }, content);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const byte = byteAt(r, c);
        const expected = c % 3 === 0 ? bentValue(byte) : byte;
        expect(data[r * columns + c], `row ${r}, column ${c}`).toBeCloseTo(expected, 4);
      }
    }
  });

  it('starts at the least value, in steps of the range', () => {
    const content = bytes([0, 0, 32_768, 65_535].map(uint16), Buffer.of(0, 192, 255));
    const [low, middle, high] = decompress(
      { ...header, token: 'CM', least: -3, range: 2, rows: 3, columns: 1 },
      content,
    );
    expect(low).toBe(-3);
    expect(middle).toBeCloseTo(-3 + (2 * 32_768) / 65_535, 6);
    expect(high).toBeCloseTo(-1, 6);
  });
});

describe('a matrix compressed value by value', () => {
  it('has two bytes each, little-endian, row by row, wherever they start', () => {
    const content = bytes('x', [0, 256, 1, 65_535, 513, 2].map(uint16)).subarray(1);
    const data = decompress({ ...header, token: 'CM2', rows: 2, columns: 3 }, content);
    [0, 256, 1, 65_535, 513, 2].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 2));
  });

  it('or one byte, in steps of a 255th of the range', () => {
    const data = decompress(
      { ...header, token: 'CM3', least: 1, range: 510, rows: 1, columns: 3 },
      Buffer.of(0, 3, 255),
    );
    [1, 7, 511].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 3));
  });
});
