import { BackendError } from '@bnrnn/core';
import { startBackend } from '@bnrnn/tensor-backend';
import { expect, test } from 'vitest';
import { expectModelFits } from './expectModelFits';

/** ptb-large with 300,000 types: embedding and softmax of 450 million numbers each. */
const large = { parameters: 936_318_000, embedding: 450_000_000, slots: 0 };

test('a model that cannot be held is refused from its size alone', () => {
  expect(() => expectModelFits(large, 4 * 2 ** 30)).toThrow(BackendError);
  expect(() => expectModelFits(large, 4 * 2 ** 30)).toThrow(
    'train: 936,318,000 parameters with their gradients and what the optimizer remembers need 5,427 MiB, and there is room for 4,096 MiB.',
  );
});

test('counts parameters, their gradients without an embedding, and slots', () => {
  const size = { parameters: 100, embedding: 30, slots: 1 };
  expectModelFits(size, 4 * (100 + 70 + 100));
  expect(() => expectModelFits(size, 4 * (100 + 70 + 100) - 1)).toThrow('need 1 MiB');
});

test('the machine at hand holds a small model', async () => {
  await startBackend('cpu');
  expectModelFits({ parameters: 1000, embedding: 0, slots: 2 });
});
