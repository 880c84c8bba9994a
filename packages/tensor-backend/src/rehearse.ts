import { engine } from '@tensorflow/tfjs-core';

/** What a computation would hold. */
export interface Rehearsal {
  /** Bytes at its fullest, with those that were held before it. */
  readonly neededBytes: number;
  /** Bytes that the backend can hold. */
  readonly capacityBytes: number;
  /** Whether it finds room: blocks that others lie between may need more than the sum of their bytes. */
  readonly fits: boolean;
  /** False where it was given up at a tensor larger than the whole memory: it needs more than `neededBytes`. */
  readonly complete: boolean;
}

/** What a backend with a limit to its memory adds to tfjs's own methods. */
export interface RehearsingBackend {
  /** See `rehearse`. */
  rehearse(compute: () => void): Rehearsal;
}

/**
 * Finds out what a computation needs of the active backend's memory, without holding or computing it.
 *
 * The computation runs as it always does, op by op, on blocks that are only counted. Nothing in it may depend on
 * numbers that it computes, and it must free all that it makes.
 *
 * @returns undefined where the backend names no limit.
 */
export function rehearse(compute: () => void): Rehearsal | undefined {
  const backend = engine().backend as Partial<RehearsingBackend>;
  return backend.rehearse?.(compute);
}
