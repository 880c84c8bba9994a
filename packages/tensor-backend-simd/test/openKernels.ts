import { readFileSync } from 'node:fs';
import { loadBlas } from '../src/blas/loadBlas';
import { findBlas } from '../src/blas/findBlas';
import { instantiateKernels } from '../src/threads/kernels';
import { makeProducts, scratchOf } from '../src/node/makeProducts';

const pages = 256;

/**
 * The built kernels over a small memory of their own.
 *
 * @param library  the BLAS, as `BNRNN_BLAS` names it; its own choice when absent.
 * @param file     the module; this runtime must know its instructions.
 */
export function openKernels(library = process.env['BNRNN_BLAS'], file = 'kernels.wasm') {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true });
  const bytes = readFileSync(new URL(`../dist/${file}`, import.meta.url));
  const kernels = instantiateKernels(new WebAssembly.Module(bytes), memory);
  const own = { blas: null, precision: 'float32' } as const;
  const heap = scratchOf(1, own, kernels);
  const { blas } = findBlas(memory, { wanted: library });
  return {
    memory,
    blas,
    kernels,
    /** The first byte that a test may use. */
    heap,
    float32: new Float32Array(memory.buffer),
    int32: new Int32Array(memory.buffer),
    ownProduct: makeProducts({ memory, part: 0, ...own }, kernels).product,
    blasProduct: blas === null ? undefined : loadBlas(blas, memory).product,
  };
}
