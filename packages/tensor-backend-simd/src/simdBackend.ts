import { BackendError, UsageError } from '@bnrnn/core';
import {
  backendSettings,
  isSet,
  precisions,
  type Backend,
  type Precision,
  type StartedBackend,
} from '@bnrnn/tensor-backend';
import { engine, ready, setBackend, version_core } from '@tensorflow/tfjs-core';
import { SharedMemoryBackend } from './backend/sharedMemoryBackend';
import { backendName } from './kernels/kernel';
import { registerKernels } from './kernels/registerKernels';
import { adviseLargePages } from './memory/largePages';
import { fasterThan } from './blas/fasterThan';
import { prepare } from './prepare';
import { settingsFrom, type Settings } from './settings';
import { expectWorkersCanStart } from './threads/expectWorkersCanStart';
import { scratchOf } from './threads/makeProducts';
import { startNodeWorkers } from './threads/nodeWorkers';
import { type Pool, startPool } from './threads/pool';

interface Running {
  readonly backend: SharedMemoryBackend;
  readonly pool: Pool;
  readonly memoryMiB: number;
  readonly precision: Precision;
  readonly info: StartedBackend;
}

let running: Promise<Running> | undefined;

/**
 * The embedded CPU backend: tensors in one shared WebAssembly memory, kernels in SIMD WebAssembly split over
 * threads, matrix products by the machine's BLAS where there is one.
 *
 * `BNRNN_THREADS` is the number of threads where a caller names none (default: the machine's cores).
 * `BNRNN_MEMORY_MIB` is the most that tensors may hold where a caller says nothing (default: 4096).
 * `BNRNN_BLAS` names the BLAS library: `mkl`, `openblas`, `blis`, `accelerate`, a path, or `none` for our own product. `BNRNN_SIMD_POISON=1` fills freed
 * blocks with NaN.
 */
export const simdBackend: Backend = {
  name: 'simd',
  precisions,

  async probe(options = {}) {
    const { threads, memoryMiB, precision, few } = settingsFrom(options);
    try {
      const { blas, reason } = (await prepare(memoryMiB, precision, options.blas)).search;
      expectWorkersCanStart(threads);
      const product =
        blas === null ? `own product (no BLAS: ${reason})` : `${blas.name}: ${blas.description}`;
      const because = few === undefined ? '' : ` (${few})`;
      return {
        available: true,
        details: `${threads} ${threads === 1 ? 'thread' : 'threads'}${because}, ${product}`,
        ...fasterThan(blas?.name),
      };
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const hint = error instanceof BackendError ? error.hint : undefined;
      return {
        available: false,
        details: '',
        reason: error instanceof Error ? error.message : String(error),
        fix: hint ?? 'Use the backend "wasm" on this machine.',
      };
    }
  },

  async start(options) {
    const settings = settingsFrom(options);
    running ??= launch(settings, options.blas).catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    const { pool, info, ...there } = await running;
    const { threads, memoryMiB, precision } = { ...backendSettings(), ...options };
    if (precision !== there.precision) {
      throw new BackendError(
        `simd: already computes in ${there.precision} in this process, asked for ${precision}.`,
        { hint: 'Start another process for another precision.' },
      );
    }
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

async function launch(settings: Settings, before?: string | null): Promise<Running> {
  const { threads, memoryMiB, precision } = settings;
  const poison = isSet('BNRNN_SIMD_POISON');
  const { memory, module, kernels, search } = await prepare(memoryMiB, precision, before);
  const { blas } = search;
  expectWorkersCanStart(threads);
  adviseLargePages(memory);
  const pool = await startPool({ memory, module, blas, precision }, threads, startNodeWorkers);
  const heapStart = scratchOf(threads, { blas, precision }, kernels);
  const backend = new SharedMemoryBackend({ memory, heapStart, pool, poison });
  registerKernels();
  engine().registerBackend(backendName, () => backend, 0);
  const info = {
    name: 'simd',
    device: 'cpu',
    threads,
    blas: blas === null ? null : blas.description,
    versions: { 'tfjs-core': version_core, node: process.version },
  };
  return { backend, pool, memoryMiB, precision, info };
}
