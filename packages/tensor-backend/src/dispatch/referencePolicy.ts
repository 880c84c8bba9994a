import { BackendError } from '@bnrnn/core';
import { getBackend } from '@tensorflow/tfjs-core';

/** Whether an op may run its reference implementation where the backend has no kernel for it. */
export type ReferencePolicy = 'allow' | 'forbid';

let policy: ReferencePolicy = 'allow';

/** Sets the policy of the process; `startBackend` calls it. */
export function setReferencePolicy(next: ReferencePolicy): void {
  policy = next;
}

/** @throws BackendError where reference implementations are forbidden. */
export function expectReferenceAllowed(op: string, kernel: string): void {
  if (policy === 'allow') return;
  throw new BackendError(
    `${op}: the backend "${getBackend()}" has no kernel ${kernel}, and reference implementations are forbidden.`,
    { hint: "Start the backend with reference: 'allow', or register the kernel and its gradient." },
  );
}
