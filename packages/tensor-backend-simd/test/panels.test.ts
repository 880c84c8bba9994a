import { expectClose, filled } from '@bnrnn/test-utils';
import { describe, expect, test } from 'vitest';
import { panelProducts, wantsPanels } from '../src/blas/panels';
import type { Product } from '../src/threads/thread';
import { openKernels } from './openKernels';

const { float32, heap, kernels, ownProduct, blasProduct } = openKernels();

const mostWithoutCopies = 1_000_000;

/** m, n, k: rows of A, columns and rows of op(B). */
const sizes = [
  { size: [4, 9, 11], copied: false },
  { size: [20, 100, 500], copied: false },
  { size: [32, 325, 650], copied: true },
  { size: [20, 70, 2600], copied: true },
  { size: [24, 250, 250], copied: true },
  { size: [64, 129, 300], copied: true },
] as const;

const products = [
  { name: 'our own', product: ownProduct },
  { name: 'BLAS', product: blasProduct },
];

describe.each(products)('panels for the product: $name', ({ product }) => {
  for (const transposeB of [false, true]) {
    const title = `A·B${transposeB ? 'ᵀ' : ''}`;
    test.skipIf(product === undefined)(`${title}${product ? '' : ' (needs a BLAS)'}`, () => {
      for (const { size, copied } of sizes) check(product!, size, transposeB, copied);
    });
  }
});

test('room for panels is taken where they pay', () => {
  expect(wantsPanels('openblas', { time: 8, batch: 64 })).toBe(true);
  expect(wantsPanels('openblas', { time: 7, batch: 64 })).toBe(false);
  expect(wantsPanels('openblas', { time: 8, batch: 65 })).toBe(false);
  expect(wantsPanels('mkl', { time: 8, batch: 64 })).toBe(false);
  expect(wantsPanels(undefined, { time: 8, batch: 64 })).toBe(false);
});

test('without room a step is one call', () => {
  const seen: unknown[][] = [];
  const product: Product = (...operands) => void seen.push(operands);
  const blocks = [{ b: 4, out: 0 }];
  const operands = { transposeB: true, m: 32, n: 325, k: 650, blocks, ldb: 651, room: 0 };
  panelProducts(product, kernels)({ ...operands, accumulate: true })(8, 650, 16, 325);
  expect(seen).toEqual([[false, true, 32, 325, 650, 8, 650, 4, 651, true, 16, 325]]);
});

function check(
  product: Product,
  [m, n, k]: readonly [number, number, number],
  transposeB: boolean,
  copied: boolean,
): void {
  const label = [m, n, k].join(' x ');
  const [a, b, start] = [filled([m, k], 1).data, filled([k, n], 2).data, filled([m, n], 3).data];
  // Rows longer than the matrices: leading dimensions count.
  const [lda, ldb, ldc] = [k + 3, (transposeB ? k : n) + 2, n + 1];
  const atA = heap / 4;
  const atB = atA + m * lda;
  const atC = atB + (transposeB ? n : k) * ldb;
  const room = Math.ceil((atC + m * ldc) / 4) * 4;
  const behindRoom = room + k * Math.ceil(n / 4) * 4;
  float32.fill(NaN, atA, behindRoom + 64);
  for (let i = 0; i < m; i++) float32.set(a.subarray(i * k, (i + 1) * k), atA + i * lda);
  for (let p = 0; p < k; p++)
    for (let j = 0; j < n; j++)
      float32[atB + (transposeB ? j * ldb + p : p * ldb + j)] = b[p * n + j]!;

  let calls = 0;
  const watched: Product = (...operands) => {
    const [, , rows, columns, depth] = operands;
    if (copied) expect(rows * columns * depth, label).toBeLessThanOrEqual(mostWithoutCopies);
    calls += 1;
    product(...operands);
  };
  const blocks = [{ b: atB * 4, out: 0 }];
  const operands = { transposeB, m, n, k, blocks, ldb, room: room * 4 };
  const step = panelProducts(watched, kernels)({ ...operands, accumulate: false });
  // What was copied is read from the copy: B may go.
  if (copied) float32.fill(NaN, atB, atC);
  step(atA * 4, lda, atC * 4, ldc);
  expect(calls > 1, label).toBe(copied);

  const row = (i: number) => float32.subarray(atC + i * ldc, atC + i * ldc + n);
  const wanted = Float64Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[Math.floor(at / n) * k + p]! * b[p * n + (at % n)]!;
    return sum;
  });
  const read = () =>
    Float32Array.from({ length: m * n }, (_, at) => row(Math.floor(at / n))[at % n]!);
  expectClose(read(), wanted, { rtol: 2e-6, label });
  expect(Array.from({ length: m }, (_, i) => float32[atC + i * ldc + n]).every(Number.isNaN)).toBe(
    true,
  );
  expect(float32.subarray(behindRoom, behindRoom + 64).every(Number.isNaN), label).toBe(true);

  for (let p = 0; copied && p < k; p++)
    for (let j = 0; j < n; j++)
      float32[atB + (transposeB ? j * ldb + p : p * ldb + j)] = b[p * n + j]!;
  const adding = panelProducts(product, kernels)({ ...operands, accumulate: true });
  for (let i = 0; i < m; i++) row(i).set(start.subarray(i * n, (i + 1) * n));
  adding(atA * 4, lda, atC * 4, ldc);
  const added = wanted.map((value, at) => value + start[at]!);
  expectClose(read(), added, { rtol: 2e-6, label: `${label}, accumulated` });
}
