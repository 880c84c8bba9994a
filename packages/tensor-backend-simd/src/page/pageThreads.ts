import { BackendError } from '@bnrnn/core';

/** What several threads need of a page, and what it lacks of it here: a clause, and what would bring it. */
interface Lack {
  readonly what: string;
  readonly fix: string;
}

/** Why this page computes on one thread; undefined where it may have more. */
export function whyOneThread(): string | undefined {
  const lack = lackHere();
  return lack === undefined ? undefined : `${lack.what}; ${lack.fix}`;
}

/** @throws BackendError where a page cannot have so many threads. */
export function expectThreadsInPage(threads: number): void {
  const lack = threads === 1 ? undefined : lackHere();
  if (lack === undefined) return;
  throw new BackendError(`simd: ${threads} threads cannot run here: ${lack.what}.`, {
    hint: `Take one thread, or ${lack.fix}.`,
  });
}

/** Whether memory can be shared with workers. */
export function canShareMemory(): boolean {
  return globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined';
}

function lackHere(): Lack | undefined {
  if (!canShareMemory()) {
    return {
      what: 'the page is not isolated',
      fix: 'serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    };
  }
  if (!mayWait()) {
    return { what: "a page's own thread may not wait", fix: 'start the backend in a worker' };
  }
  return undefined;
}

/** Only a worker may: browsers refuse `Atomics.wait` where it would stop the page. */
function mayWait(): boolean {
  try {
    // Returns at once: the value is not 1.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
