import { addressSpaceLimit } from '@bnrnn/core';

/** Why a WebAssembly memory cannot be had, and what helps. */
interface ReserveProblem {
  readonly reason: string;
  readonly fix: string;
}

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
  { shared, maximum = 0 }: WebAssembly.MemoryDescriptor,
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
  // What Node itself takes beside: some 1.2 GiB of addresses.
  const most = Math.floor((limit - 1.25 * 2 ** 30) / 2 ** 20 / 64) * 64;
  const smaller =
    wanted / 2 ** 20 <= most || most < 64 ? '' : ` and BNRNN_MEMORY_MIB=${String(most)}`;
  return {
    reason: `No WebAssembly memory of ${mib(wanted)} can be reserved: the address space of this process is limited to ${mib(limit)} (ulimit -v).`,
    fix: `Raise the limit (ulimit -v unlimited), or run Node with --disable-wasm-trap-handler${smaller}, which needs less of it.`,
  };
}
