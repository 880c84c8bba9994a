import { heapStart } from './control';
import type { Product } from './thread';

/** A kernel takes byte offsets, sizes and scalars; flags are 0 or 1. */
type Kernel = (...values: number[]) => number;

/** What `assembly/index.ts` exports. */
export type Kernels = Readonly<Record<KernelName, Kernel>>;

type KernelName =
  | 'adam'
  | 'addRows'
  | 'binary'
  | 'binaryRows'
  | 'binaryScalar'
  | 'copyPanel'
  | 'dropout'
  | 'gruBackward'
  | 'gruForward'
  | 'layerNormalize'
  | 'layerNormalizeGradient'
  | 'lstmBackward'
  | 'lstmForward'
  | 'lstmOutput'
  | 'lstmOutputGradient'
  | 'moments'
  | 'momentum'
  | 'peepholeGradient'
  | 'product'
  | 'productScratchBytes'
  | 'rnnBackward'
  | 'rnnForward'
  | 'rowExponentials'
  | 'rowMaxima'
  | 'scaleRows'
  | 'sgd'
  | 'standardize'
  | 'standardizeGradient'
  | 'sumColumns'
  | 'sumOfSquares'
  | 'unary';

/** The kernels over a shared memory; each thread has an instance of its own. */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as Kernels;
}

/** The first byte of a thread's scratch memory for `wasmProduct`; thread `part = parts` marks the end of all. */
export function scratchStart(kernels: Kernels, part: number): number {
  return heapStart + part * kernels.productScratchBytes();
}

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
