import { filled } from '@bnrnn/test-utils';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from './symmetricEigen';

/** Σ = Bᵀ·B of a [rows, n] matrix B of random numbers: of rank min(rows, n). */
function gram(size: number, rows: number): Float64Array {
  const { data: b } = filled([rows, size], size + rows);
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += b[r * size + i]! * b[r * size + j]!;
    return sum;
  });
}

const cases: [string, number, Float64Array][] = [
  ['one number', 1, Float64Array.of(3)],
  ['zeros', 3, new Float64Array(9)],
  ['the identity', 4, Float64Array.from({ length: 16 }, (_, at) => Number(at % 5 === 0))],
  ['a diagonal', 3, Float64Array.of(2, 0, 0, 0, -1, 0, 0, 0, 5)],
  ['eight features', 8, gram(8, 20)],
  ['fewer rows than features', 30, gram(30, 12)],
  ['two hundred features', 200, gram(200, 640)],
];

describe('symmetricEigen', () => {
  it.each(cases)('%s: D·diag(λ)·Dᵀ is the matrix, DᵀD the identity', (_, size, matrix) => {
    const { values, vectors } = symmetricEigen(matrix, size);
    const scale = Math.max(1, ...matrix.map(Math.abs));
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) {
        let [back, dot] = [0, 0];
        for (let k = 0; k < size; k++) {
          back += values[k]! * vectors[i * size + k]! * vectors[j * size + k]!;
          dot += vectors[k * size + i]! * vectors[k * size + j]!;
        }
        expect(Math.abs(back - matrix[i * size + j]!)).toBeLessThan(1e-12 * scale * size);
        expect(Math.abs(dot - Number(i === j))).toBeLessThan(1e-13 * size);
      }
    }
  });

  it('reads nothing below the diagonal, and changes nothing', () => {
    const matrix = gram(8, 20);
    const upper = matrix.map((value, at) => (at % 8 < Math.floor(at / 8) ? 99 : value));
    const kept = upper.slice();
    expect(symmetricEigen(upper, 8)).toEqual(symmetricEigen(matrix, 8));
    expect(upper).toEqual(kept);
  });

  it('ends where the matrix holds not a number', () => {
    const matrix = gram(8, 20);
    matrix[9] = NaN;
    expect(symmetricEigen(matrix, 8).values.some(Number.isNaN)).toBe(true);
  });
});
