/** How often an op ran on a backend's kernel, or on its fallback. */
export interface KernelLogEntry {
  op: string;
  ran: 'kernel' | 'fallback';
  count: number;
}

/** A running log; `stop` ends it and returns what ran since it was started. */
export interface KernelLog {
  stop(): readonly KernelLogEntry[];
}

const running = new Set<Map<string, KernelLogEntry>>();

/**
 * Starts to count which ops run on a kernel and which on their fallback.
 *
 * Without it a test suite can pass on a backend without running one of its kernels.
 */
export function startKernelLog(): KernelLog {
  const entries = new Map<string, KernelLogEntry>();
  running.add(entries);
  return {
    stop() {
      running.delete(entries);
      return [...entries.values()];
    },
  };
}

/** Notes one run in every log that is open. */
export function noteRun(op: string, ran: KernelLogEntry['ran']): void {
  for (const entries of running) {
    const key = `${op} ${ran}`;
    const entry = entries.get(key);
    if (entry === undefined) entries.set(key, { op, ran, count: 1 });
    else entry.count += 1;
  }
}
