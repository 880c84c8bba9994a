import { expect, test } from 'vitest';
import { expectWorkersCanStart } from './expectWorkersCanStart';

const gib = 2 ** 30;

test('threads that would not fit in the address space are refused before they kill the process', () => {
  expect(() => expectWorkersCanStart(2, 4 * gib, 3 * gib)).toThrow(
    'simd: 2 threads need 1,280 MiB of addresses beside the 3,072 in use, and the process may reserve 4,096 (ulimit -v).',
  );
});

test('what fits, one thread, and a process without a limit start', () => {
  expectWorkersCanStart(2, 5 * gib, 3 * gib);
  expectWorkersCanStart(1, gib, 3 * gib);
  expectWorkersCanStart(64, Infinity, 3 * gib);
});
