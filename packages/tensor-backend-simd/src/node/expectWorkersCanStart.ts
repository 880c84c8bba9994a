import { readFileSync } from 'node:fs';
import { addressSpaceLimit, BackendError } from '@bnrnn/core';

/** Addresses that Node 20 reserves for a thread, measured: 590 MiB, and some that grow. */
const eachThread = 640 * 2 ** 20;

/** Whether Node's permission model, where it is on, lets this process start worker threads. */
export function mayStartWorkers(): boolean {
  const { permission } = process as Partial<Pick<NodeJS.Process, 'permission'>>;
  return permission?.has('worker') ?? true;
}

/**
 * Refuses what would end the process: Node cannot say that a thread finds no room for its heap, it dies.
 *
 * @param used  bytes of addresses that the process has reserved, the tensors' memory among them.
 * @throws BackendError where workers are forbidden or would not fit.
 */
export function expectWorkersCanStart(
  threads: number,
  limit = addressSpaceLimit(),
  used = addressesInUse(),
): void {
  if (threads === 1) return;
  if (!mayStartWorkers()) {
    throw new BackendError(
      `simd: ${threads} threads need worker threads, which Node's permission model forbids here.`,
      { hint: 'Start Node with --allow-worker, or take --threads 1.' },
    );
  }
  // One of them watches over the others.
  if (used + threads * eachThread <= limit) return;
  const mib = (bytes: number): string => Math.ceil(bytes / 2 ** 20).toLocaleString('en');
  throw new BackendError(
    `simd: ${threads} threads need ${mib(threads * eachThread)} MiB of addresses beside the ${mib(used)} in use, and the process may reserve ${mib(limit)} (ulimit -v).`,
    {
      hint: 'Raise the limit (ulimit -v unlimited), or set BNRNN_MEMORY_MIB to less, or take --threads 1.',
    },
  );
}

function addressesInUse(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmSize:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
