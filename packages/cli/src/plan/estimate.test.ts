import { resolveRun, tasks } from '@bnrnn/experiments';
import { describe, expect, it } from 'vitest';
import { secondsLeft, secondsOfPlan } from './estimate';

const config = (preset: string) => resolveRun(tasks.language, { preset, data: 'none' });
const length = { steps: 1_000, trainBatches: 200, validBatches: 30 };

describe('secondsLeft', () => {
  it('counts steps, validations and the evaluation at the end', () => {
    // 2 validations an epoch, 5 epochs of 200: 10 passes and 3 more, a third of a step a batch.
    const seconds = secondsLeft(config('ptb-small'), length, { stepMilliseconds: 30 });
    expect(seconds).toBeCloseTo(0.03 * (1_000 + (13 * 30) / 3), 10);
  });

  it('counts the recalibration of a normalized model, and what is done already', () => {
    const pace = { stepMilliseconds: 30 };
    const seconds = secondsLeft(config('ptb-small-bn'), length, pace, 800);
    expect(seconds).toBeCloseTo(0.03 * (200 + (2 * 30 + 3 * 30 + 200) / 3), 10);
  });
});

describe('secondsOfPlan', () => {
  it.each([
    [[10, 10, 10], 1, 30],
    [[10, 10, 10], 2, 20],
    [[30, 10, 10], 2, 30],
    [[], 2, 0],
  ])('%j with %i processes end after %i', (seconds, jobs, end) => {
    expect(secondsOfPlan(seconds, jobs)).toBe(end);
  });
});
