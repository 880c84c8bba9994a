import { readFileSync } from 'node:fs';
import { loadBlas } from '../src/blas/loadBlas';
import { findBlas } from '../src/blas/findBlas';
import { instantiateKernels, scratchStart, wasmProduct } from '../src/threads/kernels';

const pages = 256;

/** The built kernels over a small memory of their own. */
export function openKernels() {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true });
  const bytes = readFileSync(new URL('../dist/kernels.wasm', import.meta.url));
  const kernels = instantiateKernels(new WebAssembly.Module(bytes), memory);
  const heap = scratchStart(kernels, 1);
  const { blas } = findBlas(memory);
  return {
    kernels,
    /** The first byte that a test may use. */
    heap,
    float32: new Float32Array(memory.buffer),
    int32: new Int32Array(memory.buffer),
    ownProduct: wasmProduct(kernels, scratchStart(kernels, 0)),
    blasProduct: blas === null ? undefined : loadBlas(blas, memory).product,
  };
}
