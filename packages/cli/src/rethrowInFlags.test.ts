import { BackendError } from '@bnrnn/core';
import { StepDoesNotFitError } from '@bnrnn/training';
import { expect, it } from 'vitest';
import { rethrowInFlags } from './rethrowInFlags';

const sizes = { time: 1300, batch: 24 };
const need = { neededBytes: 5 * 2 ** 30, capacityBytes: 2 ** 32, fits: false, complete: true };
const thrown = (error: unknown): unknown => {
  try {
    return rethrowInFlags(error, '--set data.maxFrames=');
  } catch (caught) {
    return caught;
  }
};

it('says what would fit as flags', () => {
  const error = thrown(new StepDoesNotFitError(sizes, need, { time: 900, batch: 16 }));
  expect(error).toBeInstanceOf(BackendError);
  expect(error).toMatchObject({
    message:
      'train: a step on a batch of 24 with 1,300 time steps needs 5,120 MiB of memory, and there is room for 4,096 MiB.',
    hint: 'Would fit: --set data.maxFrames=900 or --set data.batch=16.',
  });
});

it('names one way where there is one', () => {
  const error = thrown(new StepDoesNotFitError(sizes, need, { batch: 16 }));
  expect(error).toMatchObject({ hint: 'Would fit: --set data.batch=16.' });
});

it('leaves others as they are', () => {
  const none = new StepDoesNotFitError(sizes, need, {});
  expect(thrown(none)).toBe(none);
  expect(none.hint).toBe('No batch of this model would fit: take a smaller model.');
  const other = new Error('other');
  expect(thrown(other)).toBe(other);
});
