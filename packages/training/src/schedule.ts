import { expectNumber } from '@bnrnn/core';

/** The learning rate as a function of the epoch, plain JSON. Epochs count from 1 here, as recipes do. */
export interface ScheduleSpec {
  /** The learning rate of the first epoch. */
  readonly initial: number;
  /** What the rate is divided by at each decay; 1 keeps it constant. */
  readonly decayFactor: number;
  /** The first epoch, counted from 1, that runs at a decayed rate. */
  readonly firstDecayedEpoch: number;
  /** Epochs from one decay to the next; 1 when absent. */
  readonly every?: number;
}

/**
 * The learning rate of an epoch.
 *
 *   rate = initial / decayFactor^d     d = 0 before epoch n, else 1 + floor((epoch − n) / every)
 *
 * with n = `firstDecayedEpoch`. "Halve each epoch after the 6th" is n = 7; "halve every 4 epochs"
 * is n = 5 with `every` 4; "times 0.8" is `decayFactor` 1.25.
 *
 * @param epoch  counted from 1.
 * @see recipes: the four named recipes of the language model.
 */
export function learningRateOf(schedule: ScheduleSpec, epoch: number): number {
  const { initial, decayFactor, firstDecayedEpoch, every = 1 } = schedule;
  if (epoch < firstDecayedEpoch) return initial;
  return initial / decayFactor ** (1 + Math.floor((epoch - firstDecayedEpoch) / every));
}

/** @throws UsageError when a number of the schedule is out of range. */
export function checkSchedule(caller: string, schedule: ScheduleSpec): void {
  expectNumber(`${caller}: schedule.initial`, schedule.initial, { above: 0 });
  expectNumber(`${caller}: schedule.decayFactor`, schedule.decayFactor, { above: 0 });
  const whole = { integer: true, min: 1 };
  expectNumber(`${caller}: schedule.firstDecayedEpoch`, schedule.firstDecayedEpoch, whole);
  expectNumber(`${caller}: schedule.every`, schedule.every ?? 1, whole);
}
