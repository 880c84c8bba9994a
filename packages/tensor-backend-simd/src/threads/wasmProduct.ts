import type { Kernels } from './kernels';
import type { Product } from './thread';

/** The matrix product of our own, for machines without a BLAS. */
export function wasmProduct(kernels: Kernels, scratch: number): Product {
  return (transposeA, transposeB, m, n, k, a, lda, b, ldb, accumulate, c, ldc) => {
    kernels.product(
      Number(transposeA),
      Number(transposeB),
      m,
      n,
      k,
      a,
      lda,
      b,
      ldb,
      Number(accumulate),
      c,
      ldc,
      scratch,
    );
  };
}
