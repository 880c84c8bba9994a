import { statisticsChoices } from '@bnrnn/core';
import * as v from 'valibot';
import { noLoss } from './lossSums';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Where a run stands, plain JSON: with the tensors of a checkpoint, all that a resume needs. */
export const progressSchema = v.object({
  /** Steps done. */
  step: count,
  /** The epoch of the next step, counted from 0. */
  epoch: count,
  /** Steps done in that epoch. */
  batch: count,
  /** Evaluations done since the last step. */
  evaluated: count,
  /** The training loss of the epoch so far. */
  sums: v.object({ nats: v.number(), units: count, batches: count, perplexities: v.number() }),
  epochSeconds: v.number(),
  seconds: v.number(),
  /** Time steps seen with fewer than two real rows. */
  fewRows: count,
  /** Parameters whose steps the optimizer counts from a later one, by path; absent where there are none. */
  forgotten: v.exactOptional(v.record(v.string(), count)),
  /** The best validation so far. */
  best: v.nullable(
    v.object({ step: count, nllPerUnit: v.number(), statistics: v.picklist(statisticsChoices) }),
  ),
});

export type Progress = v.InferOutput<typeof progressSchema>;

export const noProgress: Progress = {
  step: 0,
  epoch: 0,
  batch: 0,
  evaluated: 0,
  sums: noLoss,
  epochSeconds: 0,
  seconds: 0,
  fewRows: 0,
  best: null,
};

/** The epoch that the last step belonged to, counted from 0. */
export function epochOfLastStep({ step, epoch, batch }: Progress): number {
  return batch === 0 && step > 0 ? epoch - 1 : epoch;
}
