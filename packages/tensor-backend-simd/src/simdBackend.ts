import { availableParallelism } from 'node:os';
import { readFile } from 'node:fs/promises';
import { BackendError, expectNumber } from '@bnrnn/core';
import type { Backend, BackendInfo } from '@bnrnn/tensor-backend';
import { engine, ready, setBackend, version_core } from '@tensorflow/tfjs-core';
import { SharedMemoryBackend } from './backend/sharedMemoryBackend';
import { findBlas } from './blas/findBlas';
import { backendName } from './kernels/kernel';
import { registerKernels } from './kernels/registerKernels';
import { adviseLargePages } from './memory/largePages';
import { instantiateKernels, scratchStart } from './threads/kernels';
import { type Pool, startPool } from './threads/pool';

/** 4 GiB, the most that one WebAssembly memory holds. */
const pages = 65_536;

let running: { backend: SharedMemoryBackend; pool: Pool; info: BackendInfo } | undefined;

/**
 * The embedded CPU backend: tensors in one shared WebAssembly memory, kernels in SIMD WebAssembly split over
 * threads, matrix products by the machine's BLAS where there is one.
 *
 * `BNRNN_THREADS` is the number of threads where a caller names none (default: the machine's cores).
 * `BNRNN_BLAS` names the BLAS library (`none`: our own product). `BNRNN_SIMD_POISON=1` fills freed
 * blocks with NaN.
 */
export const simdBackend: Backend = {
  name: 'simd',

  async probe() {
    try {
      const memory = reserveMemory();
      await loadModule();
      const { blas, reason } = findBlas(memory);
      const product =
        blas === null ? `own product (no BLAS: ${reason})` : `${blas.name}: ${blas.description}`;
      return { available: true, details: `${defaultThreads()} threads, ${product}` };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return {
        available: false,
        details: '',
        reason,
        fix: 'Use the backend "wasm" on this machine.',
      };
    }
  },

  async start({ threads = defaultThreads() }) {
    expectNumber('startBackend: threads', threads, { integer: true, min: 1, max: 64 });
    if (running !== undefined && running.pool.threads !== threads) {
      throw new BackendError(
        `simd: already runs with ${running.pool.threads} threads in this process, asked for ${threads}.`,
        { hint: 'Start another process for another number of threads.' },
      );
    }
    running ??= await launch(threads);
    await setBackend(backendName);
    await ready();
    return running.info;
  },
};

function defaultThreads(): number {
  const setting = process.env['BNRNN_THREADS'];
  if (setting === undefined || setting === '') return availableParallelism();
  return expectNumber('BNRNN_THREADS', Number(setting), { integer: true, min: 1, max: 64 });
}

async function launch(threads: number): Promise<NonNullable<typeof running>> {
  const memory = reserveMemory();
  adviseLargePages(memory);
  const module = await loadModule();
  const { blas } = findBlas(memory);
  const pool = await startPool({ memory, module, blas }, threads);
  const heapStart = scratchStart(instantiateKernels(module, memory), blas === null ? threads : 0);
  const poison = process.env['BNRNN_SIMD_POISON'] === '1';
  const backend = new SharedMemoryBackend({ memory, heapStart, pool, poison });
  registerKernels();
  engine().registerBackend(backendName, () => backend, 0);
  const info: BackendInfo = {
    name: 'simd',
    device: 'cpu',
    threads,
    blas: blas === null ? null : blas.description,
    versions: { 'tfjs-core': version_core, node: process.version },
  };
  return { backend, pool, info };
}

/** Address space only: the system gives a page when it is first touched. */
function reserveMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

async function loadModule(): Promise<WebAssembly.Module> {
  const file = new URL('./kernels.wasm', import.meta.url);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new BackendError(
      'The package @bnrnn/tensor-backend-simd is incomplete: dist/kernels.wasm is missing.',
      { hint: 'Build it again (npm run bundle) or install the package again.', cause },
    );
  });
  return WebAssembly.compile(bytes);
}
