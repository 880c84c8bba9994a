import type { Precision } from '@bnrnn/core';
import { wholeProducts } from '../blas/panels';
import type { BlasSource } from '../blas/loadBlas';
import { scratchStart } from '../threads/control';
import type { Kernels } from '../threads/kernels';
import type { Product, ThreadProducts } from '../threads/thread';

/** What computes matrix products, and in which precision. */
export interface ProductChoice {
  /** The library; null for the product of our own. */
  readonly blas: BlasSource | null;
  readonly precision: Precision;
}

/** Where the products of a runtime come from: a library where one can be called, our own everywhere. */
export interface Products {
  /** The first byte of a thread's scratch; that of the thread behind the last one is where the heap begins. */
  scratchOf(part: number, choice: ProductChoice, kernels: ScratchKernels): number;
  /** The matrix products of a thread. */
  makeProducts(seed: ProductSeed, kernels: Kernels): ThreadProducts;
}

export interface ProductSeed extends ProductChoice {
  readonly memory: WebAssembly.Memory;
  readonly part: number;
}

export type ScratchKernels = Pick<Kernels, 'productScratchBytes'>;

/** The matrix product of our own, for runtimes and machines without a BLAS. */
export const ownProducts: Products = {
  scratchOf: (part, _, kernels) => scratchStart + part * kernels.productScratchBytes(),
  makeProducts(seed, kernels) {
    const product = ownProduct(kernels, ownProducts.scratchOf(seed.part, seed, kernels));
    return { product, stepProduct: wholeProducts(product) };
  },
};

function ownProduct(kernels: Kernels, scratch: number): Product {
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
