import { precisions } from '@bnrnn/core';
import { threadsOfMachine, type Backend } from '@bnrnn/tensor-backend';
import { fasterThan } from './blas/fasterThan';
import { makeSimdBackend } from './makeSimdBackend';
import { expectWorkersCanStart, mayStartWorkers } from './node/expectWorkersCanStart';
import { nodeProducts } from './node/makeProducts';
import { prepare } from './node/prepare';
import { startNodeWorkers } from './node/workers';

/** 4 GiB, the most that one WebAssembly memory holds: address space, of which the system gives what is touched. */
const mostMiB = 4096;

/**
 * The embedded CPU backend: tensors in one shared WebAssembly memory, kernels in SIMD WebAssembly split over
 * threads, matrix products by the machine's BLAS where there is one.
 *
 * `BNRNN_THREADS` is the number of threads where a caller names none (default: the machine's cores).
 * `BNRNN_MEMORY_MIB` is the most that tensors may hold where a caller says nothing (default: 4096).
 * `BNRNN_BLAS` names the BLAS library: `mkl`, `openblas`, `blis`, `accelerate`, a path, or `none` for our own product. `BNRNN_SIMD_POISON=1` fills freed
 * blocks with NaN.
 *
 * Bundlers for browsers take the same backend for a page instead (the package's condition `browser`): it multiplies by
 * our own product and has more than one thread in a worker of an isolated page.
 */
export const simdBackend: Backend = makeSimdBackend({
  precisions,
  memoryMiB: { most: mostMiB, least: mostMiB },
  products: nodeProducts,
  startWorkers: startNodeWorkers,
  ownThreads: () =>
    mayStartWorkers()
      ? { threads: threadsOfMachine() }
      : { threads: 1, few: "Node's permission model forbids more: --allow-worker" },
  expectThreads: expectWorkersCanStart,
  prepare,
  fasterThan,
  versions: () => ({ node: process.version }),
});
