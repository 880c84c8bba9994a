import { UsageError } from '@bnrnn/core';
import { describe, expect, test } from 'vitest';
import { checkSchedule, learningRateOf, type ScheduleSpec } from './schedule';

/** Epochs (from 1) and the learning rates that a recipe's words give, worked out by hand. */
const recipes: [string, ScheduleSpec, Record<number, number>][] = [
  [
    'paper-text small: halve each epoch after the 6th',
    { initial: 1, decayFactor: 2, firstDecayedEpoch: 7 },
    { 1: 1, 6: 1, 7: 0.5, 8: 0.25, 15: 1 / 512 },
  ],
  [
    'authors-code small: halve every 4 epochs',
    { initial: 1, decayFactor: 2, firstDecayedEpoch: 5, every: 4 },
    { 1: 1, 4: 1, 5: 0.5, 8: 0.5, 9: 0.25, 12: 0.25, 13: 0.125 },
  ],
  [
    'authors-code medium: /1.2 first in epoch 7',
    { initial: 1, decayFactor: 1.2, firstDecayedEpoch: 7 },
    { 6: 1, 7: 0.8333333333333334, 8: 0.6944444444444445, 39: 0.00243792 },
  ],
  [
    'authors-code large: /1.15 first in epoch 15',
    { initial: 1, decayFactor: 1.15, firstDecayedEpoch: 15 },
    { 14: 1, 15: 0.8695652173913044, 16: 0.7561436672967865 },
  ],
  [
    'zaremba small: first halved epoch 6',
    { initial: 1, decayFactor: 2, firstDecayedEpoch: 6 },
    { 5: 1, 6: 0.5, 7: 0.25, 13: 1 / 256 },
  ],
  [
    'zaremba medium: /1.2 first in epoch 8',
    { initial: 1, decayFactor: 1.2, firstDecayedEpoch: 8 },
    { 7: 1, 8: 0.8333333333333334, 9: 0.6944444444444445 },
  ],
  [
    'tensorflow small: first halved epoch 5',
    { initial: 1, decayFactor: 2, firstDecayedEpoch: 5 },
    { 4: 1, 5: 0.5, 6: 0.25, 13: 1 / 512 },
  ],
  [
    'tensorflow medium: x0.8 first in epoch 7',
    { initial: 1, decayFactor: 1.25, firstDecayedEpoch: 7 },
    { 6: 1, 7: 0.8, 8: 0.64, 9: 0.512 },
  ],
  ['constant', { initial: 0.03, decayFactor: 1, firstDecayedEpoch: 1 }, { 1: 0.03, 40: 0.03 }],
];

test.each(recipes)('%s', (_, schedule, rates) => {
  for (const [epoch, rate] of Object.entries(rates)) {
    const digits = Number.isInteger(1 / rate) ? 15 : 6;
    expect(learningRateOf(schedule, Number(epoch))).toBeCloseTo(rate, digits);
  }
});

describe('a schedule is refused', () => {
  const good = { initial: 1, decayFactor: 2, firstDecayedEpoch: 3 };
  test.each([
    ['schedule.initial is 0', { ...good, initial: 0 }],
    ['schedule.decayFactor is NaN', { ...good, decayFactor: Number.NaN }],
    ['schedule.firstDecayedEpoch is 0', { ...good, firstDecayedEpoch: 0 }],
    ['schedule.every is 1.5', { ...good, every: 1.5 }],
  ])('%s', (message, schedule) => {
    expect(() => checkSchedule('train', schedule)).toThrow(UsageError);
    expect(() => checkSchedule('train', schedule)).toThrow(message);
  });
});
