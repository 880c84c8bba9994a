import type { Precision } from '@bnrnn/core';
import type { BackendProbe } from '@bnrnn/tensor-backend';
import type { BlasSearch } from './blas/findBlas';
import type { OwnSettings, Settings } from './settings';
import type { Kernels } from './threads/kernels';
import type { Products } from './pool/ownProducts';
import type { StartWorkers } from './pool/workers';

/** What it takes to compute, before any thread is started. */
export interface Prepared {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly kernels: Kernels;
  /** The BLAS, or why there is none. */
  readonly search: BlasSearch;
}

/** What the backend needs of the runtime that it lives in: Node, or a page of a browser. */
export interface Host extends OwnSettings {
  readonly precisions: readonly Precision[];
  readonly products: Products;
  readonly startWorkers: StartWorkers;
  /** @throws BackendError where so many threads cannot be. */
  expectThreads(threads: number): void;
  /**
   * Reserves the memory, loads the kernels and looks for a library. A probe and the start after it share what was
   * prepared: a second memory would take as much of the address space again.
   *
   * @param before  the library that a run computed with, see `StartOptions`.
   * @throws BackendError for what this machine or this installation lacks, a precision among it; UsageError where
   *   the environment names a library that cannot be used.
   */
  prepare(settings: Settings, before?: string | null): Promise<Prepared>;
  /** What would multiply faster here than a library does; undefined is our own product. */
  fasterThan(library: string | undefined): Pick<BackendProbe, 'faster'>;
  /** The runtime's version by its name. */
  versions(): Record<string, string>;
}

/** Keeps the last thing that was made, by what it was made from; what failed is made anew. */
export function keepLast<Made>(): (key: string, make: () => Promise<Made>) => Promise<Made> {
  let last: { readonly key: string; readonly made: Promise<Made> } | undefined;
  return (key, make) => {
    if (last?.key === key) return last.made;
    const made = make();
    last = { key, made };
    made.catch(() => {
      if (last?.made === made) last = undefined;
    });
    return made;
  };
}
