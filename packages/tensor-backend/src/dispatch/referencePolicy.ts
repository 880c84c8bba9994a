import { BackendError } from '@bnrnn/core';
import { getBackend } from '@tensorflow/tfjs-core';

/** Whether an op may run its reference implementation where the backend has no kernel for it. */
export type ReferencePolicy = 'allow' | 'forbid';

let policy: ReferencePolicy = 'allow';

/** Sets the policy of the process; `startBackend` calls it. */
export function setReferencePolicy(next: ReferencePolicy): void {
  policy = next;
}

/**
 * @param refused  the attributes of a call that the backend's kernel cannot serve; absent where it
 *   has no kernel.
 * @throws BackendError where reference implementations are forbidden.
 */
export function expectReferenceAllowed(op: string, kernel: string, refused?: object): void {
  if (policy === 'allow') return;
  const cause =
    refused === undefined
      ? `the backend "${getBackend()}" has no kernel ${kernel}`
      : `the kernel ${kernel} of the backend "${getBackend()}" does not serve ${JSON.stringify(refused)}`;
  throw new BackendError(`${op}: ${cause}, and reference implementations are forbidden.`, {
    hint: "Start the backend with reference: 'allow', or register the kernel and its gradient.",
  });
}
