import { BackendError } from '@bnrnn/core';

const mebibyte = 1024 * 1024;

/** What is thrown where no block is free for a tensor. */
export function doesNotFit(
  bytes: number,
  { inUse, capacity }: { inUse: number; capacity: number },
): BackendError {
  const mib = (count: number) => Math.ceil(count / mebibyte).toLocaleString('en');
  return new BackendError(
    `simd: a tensor of ${mib(bytes)} MiB does not fit: ${mib(inUse)} of ${mib(capacity)} MiB are in use, and one WebAssembly memory holds no more.`,
    { hint: 'Take fewer rows in a batch or fewer time steps, or a smaller model.' },
  );
}
