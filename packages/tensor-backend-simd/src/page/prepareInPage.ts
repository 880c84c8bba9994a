import { BackendError } from '@bnrnn/core';
import { keepLast, type Prepared } from '../host';
import type { Settings } from '../settings';
import { expectKernels } from '../threads/expectKernels';
import { instantiateKernels } from '../threads/kernels';
import { kernelsInPage } from './kernelsInPage';
import { canShareMemory } from './pageThreads';

const pagesOfMiB = 16;

const once = keepLast<Prepared>();

/** See `Host.prepare`; a page calls no library. */
export function prepareInPage({ memoryMiB }: Settings): Promise<Prepared> {
  return once(JSON.stringify(memoryMiB), async () => {
    const shared = canShareMemory();
    const memory = reserveMemory(memoryMiB, shared);
    const module = await kernelsInPage(shared).catch((cause: unknown) => {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new BackendError(`simd: this browser does not load the kernels: ${said}.`, {
        hint: 'Take a browser whose WebAssembly has SIMD, and allow wasm-unsafe-eval in the page’s content security policy.',
        cause,
      });
    });
    const kernels = instantiateKernels(module, memory);
    expectKernels(kernels);
    return { memory, module, kernels, search: { blas: null, reason: 'a page can call none' } };
  });
}

/** As much as the browser gives: the most, or half of it, or a quarter, but not less than the least. */
function reserveMemory(
  { most, least }: Settings['memoryMiB'],
  shared: boolean,
): WebAssembly.Memory {
  for (let mib = most; ; mib = Math.max(least, mib / 2)) {
    const pages = mib * pagesOfMiB;
    try {
      return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    } catch (cause) {
      if (mib > least) continue;
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new BackendError(`simd: the browser gives no memory of ${mib} MiB: ${said}.`, {
        hint: 'Close other tabs, or start with less (memoryMiB).',
        cause,
      });
    }
  }
}
