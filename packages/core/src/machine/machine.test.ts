import { execFileSync } from 'node:child_process';
import { totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { addressSpaceLimit, availableProcessors, memoryOfMachine } from './machine';

test('there is at least one processor, and no more memory than the machine has', () => {
  expect(availableProcessors()).toBeGreaterThanOrEqual(1);
  expect(memoryOfMachine()).toBeGreaterThan(2 ** 27);
  expect(memoryOfMachine()).toBeLessThanOrEqual(totalmem());
});

test.runIf(process.platform === 'linux')('ulimit -v is the limit of the address space', () => {
  const command = 'ulimit -v 4000000; cat /proc/self/limits';
  const text = execFileSync('bash', ['-c', command], { encoding: 'utf8' });
  expect(addressSpaceLimit(() => text)).toBe(4_096_000_000);
  expect(addressSpaceLimit(() => undefined)).toBe(Infinity);
});
