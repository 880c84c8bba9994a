import { addressSpaceLimit } from '@bnrnn/core';

/** The sizes of a WebAssembly memory, in pages of 64 KiB. */
export interface MemorySize {
  readonly initial: number;
  readonly maximum: number;
  readonly shared?: boolean;
}

/** Why a WebAssembly memory cannot be had, and what helps. */
export interface ReserveProblem {
  readonly reason: string;
  readonly fix: string;
}

/** What Node and two threads take of the address space beside a memory, measured with Node 20. */
const besides = 3 * 2 ** 30;

/**
 * Why this WebAssembly memory could not be had.
 *
 * Node reserves some 10 GiB of addresses for each, whatever its size, to catch accesses behind its end; without
 * its trap handler it reserves what the memory may hold and checks each access.
 *
 * @param error  what the constructor threw.
 * @param limit  bytes of addresses that the process may reserve.
 */
export function reserveProblem(
  { shared, maximum }: MemorySize,
  error: unknown,
  limit = addressSpaceLimit(),
): ReserveProblem {
  if (shared === true && typeof SharedArrayBuffer === 'undefined') {
    return {
      reason: 'This runtime has no SharedArrayBuffer.',
      fix: 'In a browser serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
    };
  }
  const mib = (bytes: number): string => `${Math.floor(bytes / 2 ** 20).toLocaleString('en')} MiB`;
  const said = error instanceof Error ? error.message : String(error);
  const wanted = maximum * 65_536;
  if (limit === Infinity) {
    return {
      reason: `No WebAssembly memory of ${mib(wanted)} can be reserved: ${said}.`,
      fix: 'Free memory, or set BNRNN_MEMORY_MIB to less (it holds for the backend "simd").',
    };
  }
  const most = Math.floor((limit - besides) / 2 ** 20 / 64) * 64;
  const raise = 'Raise the limit (ulimit -v unlimited)';
  const reason = `No WebAssembly memory of ${mib(wanted)} can be reserved: the address space of this process is limited to ${mib(limit)} (ulimit -v).`;
  if (most < 64) return { reason, fix: `${raise}, or take the backend "cpu".` };
  const smaller = wanted / 2 ** 20 <= most ? '' : ` and BNRNN_MEMORY_MIB=${most}`;
  return {
    reason,
    fix: `${raise}, or run Node with --disable-wasm-trap-handler${smaller}, which needs less of it.`,
  };
}
