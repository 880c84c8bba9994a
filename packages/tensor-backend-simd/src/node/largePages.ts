import { createRequire } from 'node:module';

interface Koffi {
  load(path: null): {
    func(name: string, result: string, values: string[]): (...values: number[]) => number;
  };
  address(view: Uint8Array): bigint;
}

/** Linux's number for "back this range with large pages". */
const MADV_HUGEPAGE = 14;

/**
 * Asks Linux to back the memory with pages of 2 MiB where it can: matrix products walk down columns of weights
 * whose rows lie kilobytes apart, and with pages of 4 KiB nearly each row costs a page lookup.
 *
 * Needs koffi; elsewhere, or where the system says no, nothing changes but speed.
 *
 * @returns whether the system has agreed.
 */
export function adviseLargePages(memory: WebAssembly.Memory): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const madvise = koffi.load(null).func('madvise', 'int', ['uintptr_t', 'size_t', 'int']);
    const start = Number(koffi.address(new Uint8Array(memory.buffer)));
    return madvise(start, memory.buffer.byteLength, MADV_HUGEPAGE) === 0;
  } catch {
    return false;
  }
}
