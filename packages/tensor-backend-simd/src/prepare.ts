import { readFile } from 'node:fs/promises';
import { BackendError, UsageError } from '@bnrnn/core';
import { reserveProblem } from '@bnrnn/tensor-backend';
import type { Precision } from '@bnrnn/tensor-backend';
import { findBlas, type BlasSearch, type BlasWish } from './blas/findBlas';
import { expectPrecision } from './blas/expectPrecision';
import { expectKernels } from './threads/expectKernels';
import { instantiateKernels, type Kernels } from './threads/kernels';

const pagesOfMiB = 16;

/** What it takes to compute, before any thread is started. */
export interface Prepared {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly kernels: Kernels;
  /** The BLAS, or why there is none. */
  readonly search: BlasSearch;
}

let last: { readonly key: string; readonly prepared: Promise<Prepared> } | undefined;

/**
 * Reserves the memory, loads the kernels and looks for a BLAS. A probe and the start after it share what was
 * prepared: a second memory would take as much of the address space again.
 *
 * @param before     the library that a run computed with, see `StartOptions`.
 * @throws BackendError for what this machine or this installation lacks, a precision among it; UsageError where `BNRNN_BLAS` names
 *   a library that cannot be used.
 */
export function prepare(
  memoryMiB: number,
  precision: Precision,
  before?: string | null,
): Promise<Prepared> {
  const wish = { wanted: process.env['BNRNN_BLAS'] ?? '', before };
  const key = JSON.stringify({ memoryMiB, precision, ...wish });
  if (last?.key === key) return last.prepared;
  const prepared = prepareNow(memoryMiB, precision, wish);
  last = { key, prepared };
  prepared.catch(() => {
    if (last?.prepared === prepared) last = undefined;
  });
  return prepared;
}

async function prepareNow(
  memoryMiB: number,
  precision: Precision,
  wish: BlasWish,
): Promise<Prepared> {
  const memory = reserveMemory(memoryMiB);
  const module = await loadModule();
  const kernels = instantiateKernels(module, memory);
  expectKernels(kernels);
  // MKL alone has the lower precisions: it is taken although another library may come before it here.
  const byPrecision = wish.wanted === '' && precision !== 'float32' ? { wanted: 'mkl' } : wish;
  const search = findBlas(memory, byPrecision);
  if (search.blas === null && wish.wanted !== '' && wish.wanted !== 'none') {
    throw new UsageError(`BNRNN_BLAS names a library that cannot be used: ${search.reason}.`, {
      hint: 'Name another, or leave the variable unset; "none" means the own product.',
    });
  }
  expectPrecision(precision, search);
  return { memory, module, kernels, search };
}

/** Address space only: the system gives a page when it is first touched. */
function reserveMemory(memoryMiB: number): WebAssembly.Memory {
  const pages = memoryMiB * pagesOfMiB;
  const descriptor = { initial: pages, maximum: pages, shared: true };
  try {
    return new WebAssembly.Memory(descriptor);
  } catch (cause) {
    const problem = reserveProblem(descriptor, cause);
    throw new BackendError(`simd: ${problem.reason}`, { hint: problem.fix, cause });
  }
}

/** The kernels, with the fused multiply-add of relaxed SIMD in our own product where this runtime knows it (Node 22). */
async function loadModule(): Promise<WebAssembly.Module> {
  const plain = await readKernels('kernels.wasm');
  const relaxed = await readKernels('kernels.relaxed.wasm');
  return WebAssembly.compile(WebAssembly.validate(relaxed) ? relaxed : plain);
}

async function readKernels(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(new URL(`./${name}`, import.meta.url)).catch((cause: unknown) => {
    throw new BackendError(
      `The package @bnrnn/tensor-backend-simd is incomplete: dist/${name} is missing.`,
      { hint: 'Build it again (npm run bundle) or install the package again.', cause },
    );
  });
}
