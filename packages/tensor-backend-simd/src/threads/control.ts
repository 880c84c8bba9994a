/**
 * The head of the shared memory, through which the threads start and meet.
 *
 * Bytes 0 to 63: signals (int32). Bytes 64 to 1983: the running program's arguments (float64, which
 * holds byte offsets, sizes and scalars alike). The kernels' static data begins at 2048 (`asconfig.json`).
 */
export const signal = {
  /** Counts jobs; a worker runs when it differs from the last one it saw. */
  job: 0,
  /** Workers that have finished the current job. */
  finished: 1,
  /** Threads that have reached the current barrier. */
  arrived: 2,
  /** Counts barriers passed. */
  generation: 3,
  /** Workers that sleep and must be notified. */
  sleeping: 4,
  /** The index of the running program. */
  program: 5,
  /** Not 0 when a worker's program threw. */
  failed: 6,
  /** `arrived` and `generation` of the first half of the threads, and of the second. */
  halves: 7,
  /** Not 0 when a worker has ended. */
  ended: 11,
} as const;

/** The signals of a shared memory. */
export function signalsOf(memory: WebAssembly.Memory): Int32Array {
  return new Int32Array(memory.buffer, 0, argumentsStart / 4);
}

export const argumentsStart = 64;
export const argumentCount = 240;

/** The first byte behind the kernels' static data: the threads' scratch, then what the allocator may hand out. */
export const scratchStart = 65_536;
