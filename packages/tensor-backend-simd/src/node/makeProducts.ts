import type { Precision } from '@bnrnn/core';
import { bfloatProducts, bfloatScratchBytes, type Terms } from '../blas/bfloat';
import { loadBlas } from '../blas/loadBlas';
import { packedWeights } from '../blas/packedWeights';
import { panelProducts } from '../blas/panels';
import { scratchStart } from '../threads/control';
import type { Kernels } from '../threads/kernels';
import {
  ownProducts,
  type ProductChoice,
  type Products,
  type ProductSeed,
  type ScratchKernels,
} from '../pool/ownProducts';
import type { ThreadProducts } from '../threads/thread';

const terms: Readonly<Record<Precision, Terms | 0>> = { float32: 0, bf16x3: 3, bf16: 1 };

/** The first byte of a thread's scratch; that of the thread behind the last one is where the heap begins. */
export function scratchOf(part: number, choice: ProductChoice, kernels: ScratchKernels): number {
  if (choice.blas === null) return ownProducts.scratchOf(part, choice, kernels);
  const parts = terms[choice.precision];
  return scratchStart + part * (parts === 0 ? 0 : bfloatScratchBytes(parts));
}

/** The matrix products of a thread: through the library, or our own where there is none. */
export function makeProducts(seed: ProductSeed, kernels: Kernels): ThreadProducts {
  const { memory, blas, part, precision } = seed;
  if (blas === null) return ownProducts.makeProducts(seed, kernels);
  const { product, native } = loadBlas(blas, memory);
  const parts = terms[precision];
  if (parts !== 0) return bfloatProducts(native, kernels, scratchOf(part, seed, kernels), parts);
  if (blas.name === 'mkl') return { product, stepProduct: packedWeights(native, product) };
  return { product, stepProduct: panelProducts(product, kernels) };
}

/** Products in Node: through the library that was found, otherwise our own. */
export const nodeProducts: Products = { scratchOf, makeProducts };
