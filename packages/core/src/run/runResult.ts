import * as v from 'valibot';
import { precisions } from './runConfig';
import { evaluationEntries } from './runEvent';
import { count, listOf, parseAs } from './schema';

const evaluationSchema = v.object({
  ...evaluationEntries,
  /** Words, characters or frames that were evaluated; absent in older run folders. */
  units: v.exactOptional(count),
});

const leftOutSchema = v.object({
  split: v.picklist(['train', 'valid']),
  /** A few words, such as `no alignment`. */
  reason: v.string(),
  keys: listOf(v.string()),
});

const bestSchema = v.object({
  epoch: count,
  nllPerUnit: v.number(),
  perplexity: v.number(),
  frameErrorRate: v.exactOptional(v.number()),
});

/** `result.json`: what came of a run. */
const runResultSchema = v.object({
  steps: count,
  epochs: count,
  /** Nats per target. */
  firstLoss: v.number(),
  lastLoss: v.number(),
  unitsPerSecond: v.number(),
  /** Of the whole run, over all of its resumptions; of the training steps alone where it diverged. */
  seconds: v.number(),
  /** What the operands of matrix products were rounded to; absent in older run folders. */
  precision: v.exactOptional(v.picklist(precisions)),
  best: v.exactOptional(bestSchema),
  evaluations: v.optional(listOf(evaluationSchema), []),
  /** Of frame classifiers, where there are any. */
  leftOut: v.exactOptional(listOf(leftOutSchema)),
  /** The steps before a loss or gradient that was no number, which ended the run. */
  diverged: v.exactOptional(v.object({ step: count, message: v.string() })),
});

/** One evaluation, as `result.json` holds it. */
export type RunEvaluation = Readonly<v.InferOutput<typeof evaluationSchema>>;

/** Utterances that a run's data lists and that it did not use, for one reason. */
export type LeftOut = Readonly<v.InferOutput<typeof leftOutSchema>>;

export type RunResult = Readonly<v.InferOutput<typeof runResultSchema>>;

/**
 * Checks the contents of a `result.json`; a field that is not known is dropped.
 *
 * @throws DataError naming the file and the field that does not fit.
 */
export function parseResult(value: unknown, where: string): RunResult {
  return parseAs(runResultSchema, value, where);
}
