import type { RunEventOf } from '@bnrnn/core';
import { eventsOf, type RunSummary } from '../compare/runSummary';

/** What a run measured at one of its validations: nats per target, or share of wrong frames. */
export interface Reading {
  readonly step: number;
  /** Epochs done, parts counted. */
  readonly epoch: number;
  readonly train: Measured | undefined;
  readonly valid: Measured;
}

export interface Measured {
  readonly nats: number;
  readonly errorRate?: number;
}

/**
 * A run's validations in their order, under the statistics that its recipe validates under, each with
 * the training loss beside it: of training batches that were evaluated with it, otherwise the mean of
 * the epoch that it belongs to, as the parameters changed.
 */
export function readingsOf({ run }: RunSummary): Reading[] {
  const evaluations = eventsOf(run, 'evaluation');
  const statistics = evaluations.find(({ split }) => split === 'valid')?.statistics;
  const perEpoch = eventsOf(run, 'start')[0]?.stepsPerEpoch ?? 0;
  const epochs = eventsOf(run, 'epoch');
  const of = (split: 'train' | 'valid') =>
    evaluations.filter((event) => event.split === split && event.statistics === statistics);
  const training = of('train');
  return of('valid').map((event) => {
    const beside = training.findLast(({ step }) => step === event.step);
    const whole = epochs.find(({ epoch }) => epoch === event.epoch);
    return {
      step: event.step,
      epoch: perEpoch > 0 ? event.step / perEpoch : event.epoch + 1,
      train:
        beside !== undefined
          ? measuredIn(beside)
          : whole !== undefined
            ? { nats: whole.trainNllPerUnit }
            : undefined,
      valid: measuredIn(event),
    };
  });
}

function measuredIn({ nllPerUnit, frameErrorRate }: RunEventOf<'evaluation'>): Measured {
  return {
    nats: nllPerUnit,
    ...(frameErrorRate !== undefined && { errorRate: frameErrorRate }),
  };
}

/** The reading with the lowest validation loss. */
export function bestReading(readings: readonly Reading[]): Reading | undefined {
  return readings.reduce<Reading | undefined>(
    (best, one) => (best === undefined || one.valid.nats < best.valid.nats ? one : best),
    undefined,
  );
}
