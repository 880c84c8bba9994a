import type { Product } from '../threads/thread';

/** Sizes of the products that are checked: with edges in every direction, and beyond what a library does in one piece. */
const sizes = [
  { m: 3, n: 5, k: 4 },
  { m: 17, n: 33, k: 130 },
];

/** A product of floats in another order is off by less. */
const tolerance = 1e-4;

/**
 * Compares products of known numbers with plain loops in float64: non-square, each side as it is and transposed, on
 * its own and added. A library that was built wrongly, or takes integers of another width, computes something else.
 *
 * @param product  works on byte offsets of `numbers`.
 * @param numbers  at least 16,384 numbers to compute in.
 * @returns what is wrong; undefined where all are right.
 */
export function checkProduct(product: Product, numbers: Float32Array): string | undefined {
  for (const { m, n, k } of sizes) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        for (const accumulate of [false, true]) {
          const error = errorOf(product, numbers, { m, n, k, transposeA, transposeB, accumulate });
          // NaN is no number below the bound either.
          if (error < tolerance) continue;
          const sides = `${transposeA ? 'Aᵀ' : 'A'}·${transposeB ? 'Bᵀ' : 'B'}`;
          return `its product ${sides} of ${m} x ${k} and ${k} x ${n} is wrong`;
        }
      }
    }
  }
  return undefined;
}

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly accumulate: boolean;
}

/** The largest difference, as a share of the largest number that could come out. */
function errorOf(
  product: Product,
  numbers: Float32Array,
  { m, n, k, transposeA, transposeB, accumulate }: Case,
): number {
  const [lda, ldb, ldc] = [(transposeA ? m : k) + 1, (transposeB ? k : n) + 2, n + 3];
  const [a, b, c] = [0, 5000, 10_000];
  numbers.forEach((_, i) => (numbers[i] = Math.sin(1 + 0.7 * i)));
  const before = numbers.slice();
  const at = (i: number): number => before[i] ?? NaN;
  product(transposeA, transposeB, m, n, k, a * 4, lda, b * 4, ldb, accumulate, c * 4, ldc);
  let worst = 0;
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < ldc; column++) {
      const place = c + row * ldc + column;
      // What lies between the rows of C stays.
      let expected = column >= n || accumulate ? at(place) : 0;
      for (let i = 0; i < k && column < n; i++) {
        const left = at(a + (transposeA ? i * lda + row : row * lda + i));
        const right = at(b + (transposeB ? column * ldb + i : i * ldb + column));
        expected += left * right;
      }
      const error = Math.abs((numbers[place] ?? NaN) - expected) / (k + 1);
      worst = error <= worst ? worst : error;
    }
  }
  return worst;
}
