import { isSet } from '@bnrnn/tensor-backend';

/**
 * A barrier behind which the threads drift apart where `BNRNN_SIMD_LAG` is 1: each time another one of them falls
 * a millisecond behind, so that one that runs ahead of what it should wait for does so every time. For tests.
 */
export function lagging(barrier: () => void, part: number, parts: number): () => void {
  if (!isSet('BNRNN_SIMD_LAG')) return barrier;
  const never = new Int32Array(new SharedArrayBuffer(4));
  let passed = 0;
  return () => {
    barrier();
    if (passed++ % parts === part) Atomics.wait(never, 0, 0, 1);
  };
}
