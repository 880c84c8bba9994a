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
import { expectKernels } from './threads/expectKernels';
import { instantiateKernels, scratchStart } from './threads/kernels';
import { type Pool, startPool } from './threads/pool';

/** 4 GiB, the most that one WebAssembly memory holds. */
const mostMiB = 4096;
const pagesOfMiB = 16;

interface Running {
  readonly backend: SharedMemoryBackend;
  readonly pool: Pool;
  readonly memoryMiB: number;
  readonly info: BackendInfo;
}

let running: Running | undefined;

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

  async start({ threads = defaultThreads(), memoryMiB = running?.memoryMiB ?? defaultMemory() }) {
    expectNumber('startBackend: threads', threads, { integer: true, min: 1, max: 64 });
    expectMemory('startBackend: memoryMiB', memoryMiB);
    if (running !== undefined) {
      expectSame('threads', running.pool.threads, threads);
      expectSame('MiB', running.memoryMiB, memoryMiB);
    }
    running ??= await launch(threads, memoryMiB);
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

function defaultMemory(): number {
  const setting = process.env['BNRNN_MEMORY_MIB'];
  if (setting === undefined || setting === '') return mostMiB;
  return expectMemory('BNRNN_MEMORY_MIB', Number(setting));
}

function expectMemory(where: string, memoryMiB: number): number {
  return expectNumber(where, memoryMiB, { integer: true, min: 64, max: mostMiB });
}

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
  const { blas } = findBlas(memory);
  const pool = await startPool({ memory, module, blas }, threads);
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
