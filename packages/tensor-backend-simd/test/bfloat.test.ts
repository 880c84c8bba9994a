import { filled } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';
import { bfloatLibraryOf, hasBfloat } from '../src/blas/bfloatLibrary';
import { loadBlas } from '../src/blas/loadBlas';
import { processorHere } from '../src/blas/processor';
import { makeProducts, scratchOf } from '../src/node/makeProducts';
import { openKernels } from './openKernels';

const { memory, blas, kernels, heap, float32, int32 } = openKernels(
  bfloatLibraryOf(processorHere()),
);

/** The bfloat16 nearest to a float32, ties to even, by comparing both neighbours in float64. */
function nearest(value: number): number {
  if (Number.isNaN(value)) return NaN;
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const asNumber = (upper: number) => {
    const word = Uint32Array.of((upper << 16) >>> 0);
    const number = new Float32Array(word.buffer)[0]!;
    // What lies behind the largest number counts as the next power of two where distances are compared.
    return Number.isFinite(number) ? number : Math.sign(number) * 2 ** 128;
  };
  const [below, above] = [bits >>> 16, (bits >>> 16) + 1];
  if (!Number.isFinite(value)) return value;
  const [toBelow, toAbove] = [below, above].map((upper) => Math.abs(asNumber(upper) - value));
  const chosen = toBelow! < toAbove! || (toBelow === toAbove && below % 2 === 0) ? below : above;
  const word = Uint32Array.of((chosen << 16) >>> 0);
  return new Float32Array(word.buffer)[0]!;
}

/** Numbers with every kind of lower half, and the ends of the range. */
const special = [
  ...[0, -0, 1, -1, 1e-40, -1e-45, 3.4028234663852886e38, -3.3895314e38],
  ...[Infinity, -Infinity, NaN],
  ...[
    0x3f800000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0xbf818000, 0x7fffffff, 0xffffffff,
  ].map((bits) => new Float32Array(Uint32Array.of(bits).buffer)[0]!),
];

/** Reads bfloat16 numbers at a byte offset. */
function read(at: number, count: number): number[] {
  const halves = new Uint16Array(memory.buffer, at, count);
  return Array.from(
    halves,
    (half) => new Float32Array(Uint32Array.of((half << 16) >>> 0).buffer)[0]!,
  );
}

describe('numbers as bfloat16', () => {
  const [rows, columns, ld, ldOut] = [3, 13, 17, 19];
  const values = Float32Array.from({ length: rows * ld }, (_, i) =>
    i < special.length ? special[i]! : Math.sin(i) * 10 ** ((i % 9) - 4),
  );
  const [x, out] = [heap, heap + 4096];
  const at = (row: number, column: number) => values[row * ld + column]!;

  test('are the nearest ones, in their places', () => {
    float32.set(values, x / 4);
    int32.fill(-1, out / 4, out / 4 + 1024);
    kernels.toBfloat(x, ld, rows, columns, out, ldOut);
    for (let row = 0; row < rows; row++) {
      const line = read(out + row * ldOut * 2, ldOut);
      for (let column = 0; column < columns; column++)
        expect(line[column], `${at(row, column)}`).toBe(nearest(at(row, column)));
      expect(line.slice(columns).every(Number.isNaN)).toBe(true);
    }
  });

  test('are the sum of two, the second 0 where the first says all', () => {
    const [again, low] = [out + 1024, out + 2048];
    kernels.splitBfloat(x, ld, rows, columns, out, again, low, ldOut);
    for (let row = 0; row < rows; row++) {
      const [first, second, third] = [out, again, low].map((place) =>
        read(place + row * ldOut * 2, columns),
      );
      expect(second).toEqual(first);
      for (let column = 0; column < columns; column++) {
        const value = at(row, column);
        const high = nearest(value);
        expect(first![column]).toBe(high);
        const rest = Number.isFinite(high) ? nearest(Math.fround(value - high)) : 0;
        expect(third![column], `${value}`).toBe(rest);
      }
    }
  });
});

const canRun =
  blas !== null && processorHere().bfloat16 && hasBfloat(loadBlas(blas, memory).native);
const needs = canRun ? '' : ' (needs MKL or oneDNN and a processor with bfloat16)';

/** What two operands rounded so may be off by, as a share of the largest number that could come out. */
const bounds = { bf16x3: 1e-5, bf16: 4e-3 } as const;

/** m, n, k: small ones, edges, and more than one piece in each direction. */
const sizes = [
  [1, 1, 1],
  [5, 9, 17],
  [20, 100, 200],
  [1030, 40, 33],
  [33, 1029, 20],
  [16, 24, 2050],
] as const;

describe.each(['bf16x3', 'bf16'] as const)('products in %s', (precision) => {
  const bound = bounds[precision];

  test.skipIf(!canRun)(`each side as it is and transposed, alone and added${needs}`, () => {
    const { product } = makeProducts({ memory, blas, part: 0, precision }, kernels);
    const start = scratchOf(1, { blas, precision }, kernels) / 4;
    memory.grow(
      Math.max(0, Math.ceil((start * 4) / 65_536) + 160 - memory.buffer.byteLength / 65_536),
    );
    const numbers = new Float32Array(memory.buffer);
    for (const [m, n, k] of sizes) {
      const a = filled([m, k], 1).data;
      const b = filled([k, n], 2).data;
      const c = filled([m, n], 3).data;
      const scale = Math.max(...a.map(Math.abs)) * Math.max(...b.map(Math.abs)) * Math.sqrt(k);
      for (const ta of [false, true])
        for (const tb of [false, true])
          for (const accumulate of [false, true]) {
            const label = `${m} x ${n} x ${k} ${ta ? 'Aᵀ' : 'A'}·${tb ? 'Bᵀ' : 'B'}${accumulate ? ' +' : ''}`;
            const [lda, ldb, ldc] = [(ta ? m : k) + 3, (tb ? k : n) + 2, n + 1];
            const atB = start + (ta ? k : m) * lda;
            const atC = atB + (tb ? n : k) * ldb;
            numbers.fill(NaN, start, atC + m * ldc);
            for (let i = 0; i < m; i++)
              for (let p = 0; p < k; p++)
                numbers[start + (ta ? p * lda + i : i * lda + p)] = a[i * k + p]!;
            for (let p = 0; p < k; p++)
              for (let j = 0; j < n; j++)
                numbers[atB + (tb ? j * ldb + p : p * ldb + j)] = b[p * n + j]!;
            if (accumulate)
              for (let i = 0; i < m; i++)
                numbers.set(c.subarray(i * n, (i + 1) * n), atC + i * ldc);
            product(ta, tb, m, n, k, start * 4, lda, atB * 4, ldb, accumulate, atC * 4, ldc);
            let worst = 0;
            for (let i = 0; i < m; i++)
              for (let j = 0; j < n; j++) {
                let wanted = accumulate ? c[i * n + j]! : 0;
                for (let p = 0; p < k; p++) wanted += a[i * k + p]! * b[p * n + j]!;
                const error = Math.abs(numbers[atC + i * ldc + j]! - wanted) / scale;
                worst = error <= worst ? worst : error;
              }
            expect(worst, label).toBeLessThan(bound);
            for (let i = 0; i < m; i++) expect(numbers[atC + i * ldc + n], label).toBeNaN();
          }
    }
  });
});
