import type { Precision } from '@bnrnn/core';

/** Whether a backend can run here. */
export interface BackendProbe {
  available: boolean;
  /** What it is, or would be, one line. */
  details: string;
  /** What is missing, one sentence; only where it is not available. */
  reason?: string;
  /** The command or change that makes it available. */
  fix?: string;
  /** What would make it faster here, one sentence, and the command that brings it. */
  faster?: { what: string; command: string };
  /** Whether what it needs was never there: a package that is not installed, hardware that the machine has not. */
  absent?: boolean;
}

/** What a backend says of itself when it has started. */
export interface StartedBackend {
  name: string;
  device: string;
  threads: number;
  /** The library that computes matrix products, where one is known. */
  blas: string | null;
  /** Version by package or runtime name. */
  versions: Record<string, string>;
  /** What it had to do without here, and what would bring it: one clause; absent where it has everything. */
  limits?: string;
}

/** What was started. */
export interface BackendInfo extends StartedBackend {
  /** What the operands of its matrix products are rounded to. */
  precision: Precision;
}

/** How a backend starts. */
export interface StartOptions {
  /** Threads to compute with; the backend's own choice when absent. */
  threads?: number;
  /** Whether a GPU backend may compute on the CPU where it sees no GPU; not when absent. */
  allowCpu?: boolean;
  /** The most MiB that tensors may hold; the backend's own limit when absent. */
  memoryMiB?: number;
  /**
   * The library that computed the matrix products before, as `BackendInfo` names it, null for none: a backend that has a
   * choice takes it where it is here.
   */
  blas?: string | null;
  /** `float32` when absent. A backend is asked for another one only where it lists it. */
  precision?: Precision;
}

/** Something that can compute; `startBackend` takes it as it is, `registerBackend` gives it a name. */
export interface Backend {
  /** What users call it, e.g. `simd`; not `auto`. */
  readonly name: string;
  /** The precisions that it has on some machine; `float32` alone when absent. */
  readonly precisions?: readonly Precision[];
  /**
   * Says whether it can run here, without starting it: does what `start` with these options would do first.
   *
   * @throws UsageError for an option or a variable that cannot be used.
   */
  probe(options?: StartOptions): Promise<BackendProbe>;
  /**
   * Makes it tfjs's backend.
   *
   * @throws BackendError when it cannot run here.
   */
  start(options: StartOptions): Promise<StartedBackend>;
}
