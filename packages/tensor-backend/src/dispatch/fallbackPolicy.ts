import { BackendError } from '@bnrnn/core';
import { getBackend } from '@tensorflow/tfjs-core';

/** Whether an op may run its fallback where the backend has no kernel for it. */
export type FallbackPolicy = 'allow' | 'forbid';

let policy: FallbackPolicy = 'allow';

/** Sets the policy of the process; `startBackend` calls it. */
export function setFallbackPolicy(next: FallbackPolicy): void {
  policy = next;
}

/**
 * @param refused  the attributes of a call that the backend's kernel cannot serve; absent where it
 *   has no kernel.
 * @throws BackendError where fallbacks are forbidden.
 */
export function expectFallbackAllowed(op: string, refused?: object): void {
  if (policy === 'allow') return;
  const cause =
    refused === undefined
      ? `the backend "${getBackend()}" has no kernel for it`
      : `the kernel of the backend "${getBackend()}" does not serve ${JSON.stringify(refused)}`;
  throw new BackendError(`${op}: ${cause}, and fallbacks are forbidden.`, {
    hint: "Start the backend with fallback: 'allow', or bind a kernel with its gradient.",
  });
}
