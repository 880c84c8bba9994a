import { describe, expect, it } from 'vitest';
import { cutMatrix, parseRange, rangeSizes } from './matrixRange';

const matrix = { rows: 4, columns: 3, data: Float32Array.from({ length: 12 }, (_, i) => i) };

function cut(text: string): number[] | string {
  const range = parseRange(text)!;
  const sizes = rangeSizes(range, matrix.rows, matrix.columns);
  if (typeof sizes === 'string') return sizes;
  const { rows, columns, data } = cutMatrix(matrix, range, sizes);
  expect(data).toHaveLength(rows * columns);
  return [...data];
}

describe('a range', () => {
  it('includes both ends', () => {
    expect(cut('1:2')).toEqual([3, 4, 5, 6, 7, 8]);
    expect(cut('0:0,1:2')).toEqual([1, 2]);
    expect(cut(':,2:2')).toEqual([2, 5, 8, 11]);
    expect(cut(':')).toEqual([...matrix.data]);
  });

  it('may go up to 3 rows past the end, which are left out', () => {
    expect(cut('2:6')).toEqual([6, 7, 8, 9, 10, 11]);
    expect(cut('2:7')).toBe('asks for rows 2 to 7 of 4');
    expect(cut('4:5')).toBe('asks for rows 4 to 5 of 4');
    expect(cut('3:2')).toBe('asks for rows 3 to 2 of 4');
  });

  it('may not go past the last column', () => {
    expect(cut(':,1:3')).toBe('asks for columns 1 to 3 of 3, counted from 0');
    expect(cut(':,2:1')).toBe('asks for columns 2 to 1 of 3, counted from 0');
  });

  it('copies, also in float64', () => {
    const precise = { rows: 2, columns: 2, data: Float64Array.of(0.1, 0.2, 0.3, 0.4) };
    const range = parseRange('0:1,1:1')!;
    const part = cutMatrix(precise, range, { rows: 2, columns: 1 });
    expect(part.data).toEqual(Float64Array.of(0.2, 0.4));
    part.data[0] = 9;
    expect(precise.data[1]).toBe(0.2);
  });
});
