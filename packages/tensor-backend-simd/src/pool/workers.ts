import type { ThreadSeed } from './makeThread';

/** The workers of a pool, all of them ready. */
interface Workers {
  /** Why one of them has ended, where the calling thread has heard of it already. */
  readonly cause: unknown;
}

/**
 * Starts one worker for each seed; each of them calls `serve` on it. A worker that ends later, however it ends,
 * must be known in the shared memory soon after (`sayEnded`), while the calling thread does nothing but wait, too.
 *
 * @throws BackendError where one does not come to answer.
 */
export type StartWorkers = (seeds: readonly ThreadSeed[]) => Promise<Workers>;
