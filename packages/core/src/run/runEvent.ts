import * as v from 'valibot';
import { corpusInfoSchema } from './corpusInfo';
import { count } from './schema';

/** Which statistics a normalized model is evaluated with. */
export const statisticsChoices = ['batch', 'running', 'recalibrated'] as const;
export type StatisticsChoice = (typeof statisticsChoices)[number];

/** What a model predicts one of at a time. */
export const units = ['word', 'character', 'frame'] as const;
export type Unit = (typeof units)[number];

/** The position of an event in its run, and the clock when it was made. */
const position = {
  /** Training steps done. */
  step: count,
  /** The epoch, counted from 0. */
  epoch: count,
  /** Milliseconds since 1970. */
  at: v.number(),
};

const startEvent = v.object({
  type: v.literal('start'),
  ...position,
  preset: v.string(),
  recipe: v.string(),
  backend: v.string(),
  seed: v.number(),
  corpus: corpusInfoSchema,
  unit: v.picklist(units),
  parameters: count,
  stepsPerEpoch: count,
  totalSteps: count,
  /** True when the run continues from a checkpoint. */
  resumed: v.boolean(),
});

const stepEvent = v.object({
  type: v.literal('step'),
  ...position,
  /** Mean loss of this step in nats per target. */
  loss: v.number(),
  learningRate: v.number(),
  /** Global L2 norm of the gradient before clipping, on the scale the clip threshold assumes. */
  gradientNorm: v.number(),
  clipped: v.boolean(),
  /** Words, characters or unpadded frames in this step. */
  units: count,
  unitsPerSecond: v.number(),
});

/** What is measured of a split under one choice of statistics. */
export const evaluationEntries = {
  split: v.picklist(['train', 'valid', 'test']),
  statistics: v.picklist(statisticsChoices),
  /** Mean over all units, nats. */
  nllPerUnit: v.number(),
  /** exp of `nllPerUnit`. */
  perplexity: v.number(),
  /** The authors' average: mean over batches of exp(the batch's mean nats). */
  perplexityMeanOfBatches: v.number(),
  units: count,
  /** Share of frames whose most probable class is wrong, 0..1; absent for language models. */
  frameErrorRate: v.exactOptional(v.number()),
  /** Training batches that recalibrated statistics were averaged over. */
  recalibrationBatches: v.exactOptional(count),
} as const;

const evaluationEvent = v.object({
  type: v.literal('evaluation'),
  ...position,
  ...evaluationEntries,
});

const epochEvent = v.object({
  type: v.literal('epoch'),
  ...position,
  learningRate: v.number(),
  /** Mean nats per target over the epoch, while the parameters changed. */
  trainNllPerUnit: v.number(),
  trainPerplexity: v.number(),
  trainPerplexityMeanOfBatches: v.number(),
  seconds: v.number(),
});

const checkpointEvent = v.object({
  type: v.literal('checkpoint'),
  ...position,
  path: v.string(),
  /** True when this is the best validation so far. */
  best: v.boolean(),
});

const warningEvent = v.object({
  type: v.literal('warning'),
  ...position,
  /** A short stable name, e.g. `few-rows`. */
  code: v.string(),
  message: v.string(),
});

const endEvent = v.object({
  type: v.literal('end'),
  ...position,
  reason: v.picklist(['finished', 'max-steps', 'interrupted']),
  seconds: v.number(),
});

/** Every event of a run, discriminated by `type`. */
export const runEventSchema = v.variant('type', [
  startEvent,
  stepEvent,
  evaluationEvent,
  epochEvent,
  checkpointEvent,
  warningEvent,
  endEvent,
]);

export type RunEvent = v.InferOutput<typeof runEventSchema>;
export type RunEventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;
