import { threadsOfMachine, type Backend } from '@bnrnn/tensor-backend';
import { version_core } from '@tensorflow/tfjs-core';
import { makeSimdBackend } from '../makeSimdBackend';
import { ownProducts } from '../pool/ownProducts';
import { expectThreadsInPage, whyOneThread } from './pageThreads';
import { prepareInPage } from './prepareInPage';
import { startPageWorkers } from './pageWorkers';

/**
 * The CPU backend in a page of a browser: the same kernels and programs as in Node, with the product of our own.
 *
 * More than one thread needs an isolated page (the headers `Cross-Origin-Opener-Policy: same-origin` and
 * `Cross-Origin-Embedder-Policy: require-corp`) and a start in a worker: a page's own thread may not wait. What is
 * missing stands in the `limits` of what `startBackend` returns, once. The memory is 1 GiB where nobody asks for
 * another size, or half of it, or a quarter, where a browser gives no more.
 */
export const simdBackend: Backend = makeSimdBackend({
  precisions: ['float32'],
  memoryMiB: { most: 1024, least: 128 },
  products: ownProducts,
  startWorkers: startPageWorkers,
  ownThreads() {
    const few = whyOneThread();
    return few === undefined ? { threads: threadsOfMachine() } : { threads: 1, few };
  },
  expectThreads: expectThreadsInPage,
  prepare: prepareInPage,
  fasterThan: () => ({}),
  // The kernels are part of the bundle: tfjs's version is all that can differ.
  versions: () => ({ 'tfjs-core': version_core }),
});
