import { BackendError } from '@bnrnn/core';

const mebibyte = 1024 * 1024;

/** Above it nobody has asked for less than there is. */
const mostOfAll = 4000 * mebibyte;

/** What is thrown where no block is free for a tensor. */
export function doesNotFit(
  bytes: number,
  { inUse, capacity }: { inUse: number; capacity: number },
): BackendError {
  const mib = (count: number) => Math.ceil(count / mebibyte).toLocaleString('en');
  const limit =
    capacity > mostOfAll ? 'one WebAssembly memory holds' : 'the backend was started with';
  return new BackendError(
    `simd: a tensor of ${mib(bytes)} MiB does not fit: ${mib(inUse)} of ${mib(capacity)} MiB are in use, and ${limit} no more.`,
    { hint: 'Take fewer rows in a batch or fewer time steps, or a smaller model.' },
  );
}
