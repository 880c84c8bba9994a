import { BackendError, UsageError, type Precision } from '@bnrnn/core';
import { backendSettings, isSet, type Backend, type StartedBackend } from '@bnrnn/tensor-backend';
import { engine, ready, setBackend, version_core } from '@tensorflow/tfjs-core';
import { SharedMemoryBackend } from './backend/sharedMemoryBackend';
import type { Host } from './host';
import { backendName } from './kernels/kernel';
import { registerKernels } from './kernels/registerKernels';
import { settingsFrom, type Settings } from './settings';
import { type Pool, startPool } from './pool/pool';

interface Running {
  readonly backend: SharedMemoryBackend;
  readonly pool: Pool;
  readonly memoryMiB: number;
  readonly precision: Precision;
  readonly info: StartedBackend;
}

/** The backend in a runtime. */
export function makeSimdBackend(host: Host): Backend {
  let running: Promise<Running> | undefined;
  return {
    name: 'simd',
    precisions: host.precisions,

    async probe(options = {}) {
      const settings = settingsFrom(options, host);
      try {
        const { blas, reason } = (await host.prepare(settings, options.blas)).search;
        const { threads, few } = settings;
        host.expectThreads(threads);
        const product =
          blas === null ? `own product (no BLAS: ${reason})` : `${blas.name}: ${blas.description}`;
        const because = few === undefined ? '' : ` (${few})`;
        return {
          available: true,
          details: `${threads} ${threads === 1 ? 'thread' : 'threads'}${because}, ${product}`,
          ...host.fasterThan(blas?.name),
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
      const settings = settingsFrom(options, host);
      running ??= launch(host, settings, options.blas).catch((error: unknown) => {
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
}

function expectSame(what: string, there: number, here: number): void {
  if (there === here) return;
  throw new BackendError(
    `simd: already runs with ${there} ${what} in this process, asked for ${here}.`,
    { hint: `Start another process for another number of ${what}.` },
  );
}

async function launch(host: Host, settings: Settings, before?: string | null): Promise<Running> {
  const { threads, precision, few } = settings;
  const poison = isSet('BNRNN_SIMD_POISON');
  const { memory, module, kernels, search } = await host.prepare(settings, before);
  const { blas } = search;
  host.expectThreads(threads);
  const pool = await startPool({ memory, module, blas, precision }, threads, host);
  const heapStart = host.products.scratchOf(threads, { blas, precision }, kernels);
  const backend = new SharedMemoryBackend({ memory, heapStart, pool, poison });
  registerKernels();
  engine().registerBackend(backendName, () => backend, 0);
  const info = {
    name: 'simd',
    device: 'cpu',
    threads,
    blas: blas === null ? null : blas.description,
    versions: { 'tfjs-core': version_core, ...host.versions() },
    ...(few !== undefined && { limits: `one thread: ${few}` }),
  };
  return { backend, pool, memoryMiB: memory.buffer.byteLength / 2 ** 20, precision, info };
}
