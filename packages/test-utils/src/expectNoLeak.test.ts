import { add, scalar, tensor1d, tidy, keep } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';

import { expectNoLeak, expectNoLeakAsync } from './expectNoLeak';

test('passes where the returned tensors are all that is left, and disposes them', () => {
  const y = tensor1d([1, 2]);
  expectNoLeak(() => ({ sum: tidy(() => add(y, 1)), all: new Map([['twice', [add(y, y)]]]) }));
  expect(y.isDisposed).toBe(false);
  y.dispose();
});

test('sees a tensor left behind, in and outside of a tidy', () => {
  expect(() => expectNoLeak(() => add(scalar(1), 2))).toThrow(/leaves 2 more.*leaks/);
  const run = () => void tidy(() => keep(scalar(5)));
  expect(() => expectNoLeak(run)).toThrow(/returns 0 tensors and leaves 1/);
});

test('sees an input handed back or disposed', () => {
  const x = scalar(3);
  expect(() => expectNoLeak(() => x)).toThrow(/not its own/);
  expect(() => expectNoLeak(() => x.dispose())).toThrow(/not its own/);
});

test('sees a returned tensor that is disposed', () => {
  const run = () => {
    const gone = scalar(1);
    gone.dispose();
    return gone;
  };
  expect(() => expectNoLeak(run)).toThrow(/already disposed/);
});

test('waits for a promise', async () => {
  await expectNoLeakAsync(() => Promise.resolve(scalar(1)));
  await expect(
    expectNoLeakAsync(async () => {
      await Promise.resolve();
      scalar(1);
    }),
  ).rejects.toThrow(/leaves 1 more/);
});
