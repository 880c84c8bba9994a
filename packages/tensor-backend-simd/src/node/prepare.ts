import { readFile } from 'node:fs/promises';
import { BackendError, UsageError, type Precision } from '@bnrnn/core';
import { reserveProblem } from '@bnrnn/tensor-backend';
import { bfloatLibraryOf } from '../blas/bfloatLibrary';
import { expectPrecision } from '../blas/expectPrecision';
import { findBlas, type BlasWish } from '../blas/findBlas';
import { processorHere } from '../blas/processor';
import { keepLast, type Prepared } from '../host';
import type { Settings } from '../settings';
import { expectKernels } from '../threads/expectKernels';
import { instantiateKernels } from '../threads/kernels';
import { adviseLargePages } from './largePages';

const pagesOfMiB = 16;

const once = keepLast<Prepared>();

/** See `Host.prepare`; `BNRNN_BLAS` names the library. */
export function prepare(settings: Settings, before?: string | null): Promise<Prepared> {
  const wish = { wanted: process.env['BNRNN_BLAS'] ?? '', before };
  const { precision } = settings;
  const { most } = settings.memoryMiB;
  return once(JSON.stringify({ most, precision, ...wish }), () =>
    prepareNow(most, precision, wish),
  );
}

async function prepareNow(
  memoryMiB: number,
  precision: Precision,
  wish: BlasWish,
): Promise<Prepared> {
  const memory = reserveMemory(memoryMiB);
  adviseLargePages(memory);
  const module = await loadModule();
  const kernels = instantiateKernels(module, memory);
  expectKernels(kernels);
  // One library has the lower precisions: it is taken although another one may come before it here.
  const byPrecision =
    wish.wanted === '' && precision !== 'float32'
      ? { wanted: bfloatLibraryOf(processorHere()) }
      : wish;
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
