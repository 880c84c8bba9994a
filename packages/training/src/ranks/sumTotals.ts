import type { Collective } from '@bnrnn/core';
import { scalar, type Scalar } from '@tensorflow/tfjs-core';
import { sumNumbers } from './sumNumbers';

/** What decides about a step's update. */
export interface StepTotals {
  /** Nats, summed over time and batch. */
  readonly loss: Scalar;
  /** Of the summed gradient. */
  readonly norm: Scalar;
  /** Words, characters or real frames. */
  readonly units: number;
}

/**
 * The totals of all ranks: loss and units summed, and one norm for all.
 *
 * Ranks with other threads add up in another order: what decides the update must have the same bits on all.
 *
 * @returns the same for one process; otherwise new tensors, after a synchronous read.
 */
export function sumTotals(collective: Collective, own: StepTotals): StepTotals {
  if (collective.size === 1) return own;
  const read = (tensor: Scalar): number => tensor.dataSync<'float32'>()[0] as number;
  const { loss, norm, units } = sumNumbers(collective, {
    loss: read(own.loss),
    norm: read(own.norm),
    units: own.units,
  });
  return { loss: scalar(loss), norm: scalar(norm / collective.size), units };
}
