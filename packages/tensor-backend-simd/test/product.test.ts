import { readFileSync } from 'node:fs';
import { expectClose, filled } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';
import type { Product } from '../src/threads/thread';
import { openKernels } from './openKernels';

const { float32, heap, ownProduct, blasProduct } = openKernels();

/** m, n, k: single rows, tails in every direction, more than one block of each. */
const sizes = [
  [1, 1, 1],
  [1, 17, 5],
  [5, 1, 9],
  [4, 8, 16],
  [7, 9, 11],
  [20, 33, 65],
  [131, 13, 7],
  [9, 530, 19],
  [6, 10, 600],
  [133, 521, 259],
] as const;

function multiply(
  product: Product,
  float32: Float32Array,
  [m, n, k]: readonly number[],
  ta: boolean,
  tb: boolean,
) {
  const [rows, columns, depth] = [m!, n!, k!];
  const a = filled([rows, depth], 1).data;
  const b = filled([depth, columns], 2).data;
  const start = filled([rows, columns], 3).data;
  // Rows longer than the matrices: leading dimensions count.
  const [lda, ldb, ldc] = [(ta ? rows : depth) + 3, (tb ? depth : columns) + 2, columns + 1];
  const [atA, atB] = [heap / 4, heap / 4 + (ta ? depth : rows) * lda];
  const atC = atB + (tb ? columns : depth) * ldb;
  float32.fill(NaN, atA, atC + rows * ldc);
  for (let i = 0; i < rows; i++)
    for (let p = 0; p < depth; p++)
      float32[atA + (ta ? p * lda + i : i * lda + p)] = a[i * depth + p]!;
  for (let p = 0; p < depth; p++)
    for (let j = 0; j < columns; j++)
      float32[atB + (tb ? j * ldb + p : p * ldb + j)] = b[p * columns + j]!;
  const read = () =>
    Float32Array.from({ length: rows * columns }, (_, i) => {
      return float32[atC + Math.floor(i / columns) * ldc + (i % columns)]!;
    });
  const call = (accumulate: boolean) =>
    product(ta, tb, rows, columns, depth, atA * 4, lda, atB * 4, ldb, accumulate, atC * 4, ldc);

  call(false);
  const plain = read();
  for (let i = 0; i < rows; i++)
    float32.set(start.slice(i * columns, (i + 1) * columns), atC + i * ldc);
  call(true);
  const wanted = Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let p = 0; p < depth; p++) sum += a[i * depth + p]! * b[p * columns + j]!;
    return sum;
  });
  const between = Array.from({ length: rows }, (_, i) => float32[atC + i * ldc + columns]!);
  return { plain, added: read(), wanted, start, between };
}

const relaxedFile = 'kernels.relaxed.wasm';
const knowsRelaxed = WebAssembly.validate(
  readFileSync(new URL(`../dist/${relaxedFile}`, import.meta.url)),
);
const relaxed = knowsRelaxed ? openKernels('none', relaxedFile) : undefined;

const products = [
  { name: 'our own', memory: float32, product: ownProduct, needs: '' },
  {
    name: 'our own with relaxed SIMD',
    memory: relaxed?.float32 ?? float32,
    product: relaxed?.ownProduct,
    needs: 'Node 22',
  },
  { name: 'BLAS', memory: float32, product: blasProduct, needs: 'a BLAS' },
];

describe.each(products)('$name', ({ name, memory, product, needs }) => {
  for (const transposes of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    const [ta, tb] = transposes;
    const title = `A${ta ? 'ᵀ' : ''}·B${tb ? 'ᵀ' : ''}`;
    test.skipIf(product === undefined)(`${title}${product ? '' : ` (needs ${needs})`}`, () => {
      for (const size of sizes) {
        const result = multiply(product!, memory, size, ta, tb);
        const label = `${name}, ${title}, ${size.join(' x ')}`;
        expectClose(result.plain, result.wanted, { rtol: 2e-6, label });
        const added = result.wanted.map((value, i) => value + result.start[i]!);
        expectClose(result.added, added, { rtol: 2e-6, label: `${label}, accumulated` });
        expect(result.between.every(Number.isNaN), `${label}: between rows`).toBe(true);
      }
    });
  }
});

test('our own product of nothing is zero, or leaves what it adds to', () => {
  const [c, ldc] = [heap / 4, 3];
  const run = (accumulate: boolean) => {
    float32.fill(5, c, c + 9);
    ownProduct(false, false, 2, 2, 0, heap + 400, 1, heap + 800, 2, accumulate, c * 4, ldc);
    return [...float32.slice(c, c + 6)];
  };
  expect(run(false)).toEqual([0, 0, 5, 0, 0, 5]);
  expect(run(true)).toEqual([5, 5, 5, 5, 5, 5]);
});
