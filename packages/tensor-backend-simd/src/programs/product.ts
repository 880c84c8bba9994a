import { program } from '../threads/program';
import { ownRange, type Thread } from '../threads/thread';
import { clear } from './clear';

/**
 * C = op(A) · op(B) for `count` matrices; each thread computes a block of rows or of columns of each,
 * whichever side is longer. From one matrix to the next it is `strideA` and `strideB` bytes, 0 for the same one.
 */
export const product = program(
  ['count transposeA transposeB m n k a b c strideA strideB'],
  (thread, { count, transposeA, transposeB, m, n, k, a, b, c, strideA, strideB }) => {
    for (let i = 0; i < count; i++) {
      anyProduct(
        ...([thread, transposeA !== 0, transposeB !== 0, m, n, k] as const),
        ...([a + i * strideA, b + i * strideB, c + i * m * n * 4] as const),
      );
    }
  },
);

/** The gradients of a [rows, inner] and b [inner, columns] for that of their product: dA = dOut · bᵀ, dB = aᵀ · dOut. */
export const productGradient = program(
  ['rows inner columns a b dOut dA dB'],
  (thread, { rows, inner, columns, a, b, dOut, dA, dB }) => {
    anyProduct(thread, false, true, rows, inner, columns, dOut, b, dA);
    anyProduct(thread, true, false, inner, columns, rows, a, dOut, dB);
  },
);

/** One product, also of rows or columns that are empty. */
function anyProduct(
  thread: Thread,
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: number,
  b: number,
  c: number,
): void {
  if (k > 0) {
    splitProduct(thread, transposeA, transposeB, m, n, k, a, b, false, c);
    return;
  }
  // A sum of nothing; a BLAS would refuse rows of length 0.
  const [start, end] = ownRange(thread, m * n, 16);
  clear(thread, c + start * 4, end - start);
}

/** One product of densely stored matrices, shared by all threads. */
export function splitProduct(
  thread: Thread,
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: number,
  b: number,
  accumulate: boolean,
  c: number,
): void {
  const lda = transposeA ? m : k;
  const ldb = transposeB ? k : n;
  if (n >= m) {
    const [start, end] = ownRange(thread, n, 16);
    if (start === end) return;
    const offset = b + start * 4 * (transposeB ? k : 1);
    thread.product(
      transposeA,
      transposeB,
      m,
      end - start,
      k,
      a,
      lda,
      offset,
      ldb,
      accumulate,
      c + start * 4,
      n,
    );
  } else {
    const [start, end] = ownRange(thread, m, 16);
    if (start === end) return;
    const offset = a + start * 4 * (transposeA ? 1 : k);
    thread.product(
      transposeA,
      transposeB,
      end - start,
      n,
      k,
      offset,
      lda,
      b,
      ldb,
      accumulate,
      c + start * n * 4,
      n,
    );
  }
}
