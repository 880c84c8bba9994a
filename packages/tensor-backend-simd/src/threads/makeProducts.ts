import type { Precision } from '@bnrnn/tensor-backend';
import { bfloatProducts, bfloatScratchBytes, type Terms } from '../blas/bfloat';
import { loadBlas, type BlasSource } from '../blas/loadBlas';
import { packedWeights } from '../blas/packedWeights';
import { panelProducts, wholeProducts } from '../blas/panels';
import { scratchStart } from './control';
import type { Kernels } from './kernels';
import type { Thread } from './thread';
import { wasmProduct } from './wasmProduct';

/** What computes matrix products, and in which precision. */
export interface ProductChoice {
  /** The library; null for the product of our own. */
  readonly blas: BlasSource | null;
  readonly precision: Precision;
}

const terms: Readonly<Record<Precision, Terms | 0>> = { float32: 0, bf16x3: 3, bf16: 1 };

/** Bytes of scratch that the products of one thread need, in the shared memory. */
function scratchBytes(
  { blas, precision }: ProductChoice,
  kernels: Pick<Kernels, 'productScratchBytes'>,
): number {
  if (blas === null) return kernels.productScratchBytes();
  const parts = terms[precision];
  return parts === 0 ? 0 : bfloatScratchBytes(parts);
}

/** The first byte of a thread's scratch; that of the thread behind the last one is where the heap begins. */
export function scratchOf(
  part: number,
  choice: ProductChoice,
  kernels: Pick<Kernels, 'productScratchBytes'>,
): number {
  return scratchStart + part * scratchBytes(choice, kernels);
}

/** The matrix products of a thread: through the library, or our own where there is none. */
export function makeProducts(
  seed: ProductChoice & { readonly memory: WebAssembly.Memory; readonly part: number },
  kernels: Kernels,
): Pick<Thread, 'product' | 'stepProduct'> {
  const { memory, blas, part, precision } = seed;
  const scratch = scratchOf(part, seed, kernels);
  if (blas === null) {
    const product = wasmProduct(kernels, scratch);
    return { product, stepProduct: wholeProducts(product) };
  }
  const { product, native } = loadBlas(blas, memory);
  const parts = terms[precision];
  if (parts !== 0) return bfloatProducts(native, kernels, scratch, parts);
  if (blas.name === 'mkl') return { product, stepProduct: packedWeights(native, product) };
  return { product, stepProduct: panelProducts(product, kernels) };
}
