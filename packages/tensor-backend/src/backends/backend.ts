/** Whether a backend can run here. */
export interface BackendProbe {
  available: boolean;
  /** What it is, or would be, one line. */
  details: string;
  /** What is missing, one sentence; only where it is not available. */
  reason?: string;
  /** The command or change that makes it available. */
  fix?: string;
  /** Whether what it needs was never there: a package that is not installed, hardware that the machine has not. */
  absent?: boolean;
}

/** What was started. */
export interface BackendInfo {
  name: string;
  device: string;
  threads: number;
  /** The library that computes matrix products, where one is known. */
  blas: string | null;
  /** Version by package or runtime name. */
  versions: Record<string, string>;
}

/** How a backend starts. */
export interface StartOptions {
  /** Threads to compute with; the backend's own choice when absent. */
  threads?: number;
  /** Whether a GPU backend may compute on the CPU where it sees no GPU; not when absent. */
  allowCpu?: boolean;
  /** The most MiB that tensors may hold; the backend's own limit when absent. */
  memoryMiB?: number;
}

/** Something that can compute; `startBackend` takes it as it is, `registerBackend` gives it a name. */
export interface Backend {
  /** What users call it, e.g. `simd`; not `auto`. */
  readonly name: string;
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
  start(options: StartOptions): Promise<BackendInfo>;
}
