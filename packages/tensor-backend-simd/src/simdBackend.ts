import { readFile } from 'node:fs/promises';
import { BackendError } from '@bnrnn/core';
import type { Backend, BackendInfo } from '@bnrnn/tensor-backend';
import { engine, ready, setBackend, version_core } from '@tensorflow/tfjs-core';
import { SharedMemoryBackend } from './backend/sharedMemoryBackend';
import { findBlas } from './blas/findBlas';
import { backendName } from './kernels/kernel';
import { registerKernels } from './kernels/registerKernels';
import { adviseLargePages } from './memory/largePages';
import {
  defaultMemory,
  expectMemory,
  expectThreads,
  threadsAskedFor,
  threadsOfMachine,
} from './settings';
import { expectKernels } from './threads/expectKernels';
import { instantiateKernels, scratchStart } from './threads/kernels';
import { startNodeWorkers } from './threads/nodeWorkers';
import { type Pool, startPool } from './threads/pool';

const pagesOfMiB = 16;

interface Running {
  readonly backend: SharedMemoryBackend;
  readonly pool: Pool;
  readonly memoryMiB: number;
  readonly info: BackendInfo;
}

let running: Promise<Running> | undefined;

/**
 * The embedded CPU backend: tensors in one shared WebAssembly memory, kernels in SIMD WebAssembly split over
 * threads, matrix products by the machine's BLAS where there is one.
 *
 * `BNRNN_THREADS` is the number of threads where a caller names none (default: the machine's cores).
 * `BNRNN_MEMORY_MIB` is the most that tensors may hold where a caller says nothing (default: 4096).
 * `BNRNN_BLAS` names the BLAS library (`none`: our own product). `BNRNN_SIMD_POISON=1` fills freed
 * blocks with NaN.
 */
export const simdBackend: Backend = {
  name: 'simd',

  async probe() {
    try {
      const memory = reserveMemory(defaultMemory());
      await loadModule();
      const { blas, reason } = findBlas(memory);
      const product =
        blas === null ? `own product (no BLAS: ${reason})` : `${blas.name}: ${blas.description}`;
      const threads = threadsAskedFor() ?? threadsOfMachine();
      const of = threads === 1 ? 'thread' : 'threads';
      return { available: true, details: `${threads} ${of}, ${product}` };
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

  async start(options) {
    const threads =
      options.threads === undefined
        ? threadsAskedFor()
        : expectThreads('startBackend: threads', options.threads);
    const memoryMiB =
      options.memoryMiB === undefined
        ? undefined
        : expectMemory('startBackend: memoryMiB', options.memoryMiB);
    running ??= launch(threads ?? threadsOfMachine(), memoryMiB ?? defaultMemory()).catch(
      (error: unknown) => {
        running = undefined;
        throw error;
      },
    );
    const { pool, info, ...there } = await running;
    if (threads !== undefined) expectSame('threads', pool.threads, threads);
    if (memoryMiB !== undefined) expectSame('MiB', there.memoryMiB, memoryMiB);
    await setBackend(backendName);
    await ready();
    return info;
  },
};

function expectSame(what: string, there: number, here: number): void {
  if (there === here) return;
  throw new BackendError(
    `simd: already runs with ${there} ${what} in this process, asked for ${here}.`,
    { hint: `Start another process for another number of ${what}.` },
  );
}

async function launch(threads: number, memoryMiB: number): Promise<Running> {
  const memory = reserveMemory(memoryMiB);
  adviseLargePages(memory);
  const module = await loadModule();
  const kernels = instantiateKernels(module, memory);
  expectKernels(kernels);
  const { blas, reason } = findBlas(memory);
  expectWantedBlas(blas, reason);
  const pool = await startPool({ memory, module, blas }, threads, startNodeWorkers);
  const heapStart = scratchStart(kernels, blas === null ? threads : 0);
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
  return { backend, pool, memoryMiB, info };
}

/** A library that the user names is not passed over in silence. */
function expectWantedBlas(blas: object | null, reason: string): void {
  const wanted = process.env['BNRNN_BLAS'];
  if (blas !== null || wanted === undefined || wanted === '' || wanted === 'none') return;
  throw new BackendError(`simd: BNRNN_BLAS names a library that cannot be used: ${reason}.`, {
    hint: 'Name another, or leave the variable unset; "none" means the own product.',
  });
}

/** Address space only: the system gives a page when it is first touched. */
function reserveMemory(memoryMiB: number): WebAssembly.Memory {
  const pages = memoryMiB * pagesOfMiB;
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
