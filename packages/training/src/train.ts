import {
  alone,
  DataError,
  UsageError,
  type Batch,
  type RunEvent,
  type RunEventOf,
} from '@bnrnn/core';
import { listCheckpoints } from './checkpoint/checkpointFiles';
import type { CheckpointStore } from './checkpoint/checkpointStore';
import { evaluationPoints } from './evaluation/evaluationPoints';
import { dependsOnStatistics } from './evaluation/recalibrate';
import { epochOfLastStep } from './progress';
import { AgreedSignal } from './ranks/agreedSignal';
import { partOfBatch } from './ranks/partOfBatch';
import { letOthersRun } from './step/letOthersRun';
import { checkTrainOptions, type TrainOptions } from './trainOptions';
import { TrainRun } from './trainRun';

/**
 * Trains a model by truncated backpropagation through time, as a stream of events.
 *
 *   loss = Σ over time of the mean over the batch of −log p(target)
 *
 * The events: `start`; a `step` each; `evaluation`s; an `epoch` at each end of one; `checkpoint`s;
 * `warning`s; `end`. The recurrent state is carried from batch to batch and is zero where a batch
 * says so. Leaving the loop early saves a checkpoint and frees everything that was made; so does an
 * error, which saves nothing; so does one of several ranks, since the others are elsewhere. A run that is resumed ends in the same bits as one that never stopped.
 *
 * @throws UsageError at once for options that cannot be used. Before the first step: StepDoesNotFitError for
 *   a largest batch beyond the backend's memory. While it runs: DivergedError for a loss, of a step or an
 *   evaluation, or a gradient that is not finite; DataError for a checkpoint that cannot be written, or none to
 *   resume; BnrnnError when a step leaves tensors behind.
 * @see recipes: semantics shared by all.
 */
export function train(options: TrainOptions): AsyncGenerator<RunEvent, void, undefined> {
  checkTrainOptions(options);
  const { collective = alone, signal: own, ...rest } = options;
  const agreed = new AgreedSignal(collective, own);
  const { signal } = agreed;
  return runEvents({ ...rest, collective, ...(signal && { signal }) }, agreed);
}

type Events = AsyncGenerator<RunEvent, void, undefined>;
type Position = Pick<RunEvent, 'step' | 'epoch' | 'at'>;

async function* runEvents(options: TrainOptions, agreed: AgreedSignal): Events {
  const { rank, size } = options.collective ?? alone;
  const unlock = rank === 0 ? await options.checkpoints?.store.lock?.() : undefined;
  const run = makeRun(options, agreed, unlock);
  let leftByConsumer = true;
  try {
    yield* begin(options, run);
    yield* loop(options, agreed, run);
    yield* save(run);
    yield* finish(options, run);
    leftByConsumer = false;
  } catch (error) {
    leftByConsumer = false;
    throw error;
  } finally {
    try {
      if (leftByConsumer && size === 1) await run.save();
    } finally {
      run.dispose();
      unlock?.();
    }
  }
}

function makeRun(
  options: TrainOptions,
  agreed: AgreedSignal,
  unlock: (() => void) | undefined,
): TrainRun {
  try {
    return new TrainRun(options, agreed);
  } catch (error) {
    unlock?.();
    throw error;
  }
}

async function* begin(options: TrainOptions, run: TrainRun): Events {
  const { checkpoints, resume = false, model, data, seed, epochs } = options;
  run.expectFits();
  const refused: string[] = [];
  if (checkpoints !== undefined && resume) {
    refused.push(...(await run.resume(checkpoints.store)));
  } else if (checkpoints !== undefined) {
    await expectNoCheckpoint(checkpoints.store);
  }
  run.expectSameOnRanks();
  const stepsPerEpoch = data.train.batchesPerEpoch;
  yield {
    type: 'start',
    ...position(options, run),
    ...options.run,
    seed,
    unit: model.unit,
    parameters: model.parameterCount,
    stepsPerEpoch,
    totalSteps: Math.min(epochs * stepsPerEpoch, options.maxSteps ?? Infinity),
    resumed: resume,
  };
  for (const message of refused) {
    const { step } = run.progress;
    yield {
      type: 'warning',
      ...position(options, run),
      code: 'checkpoint-refused',
      message: `${message} The checkpoint of step ${step} is used instead.`,
    };
  }
}

async function* loop(options: TrainOptions, agreed: AgreedSignal, run: TrainRun): Events {
  const { train: source } = options.data;
  const { collective = alone } = options;
  // A run that stopped between a step and what follows it goes on from there.
  if (run.progress.batch > 0) yield* afterStep(options, run);
  while (stopReason(options, run) === undefined) {
    const { epoch, batch: from } = run.progress;
    for await (const batch of source.batches(epoch, from, collective)) {
      yield* oneStep(options, run, partOfBatch(batch, collective));
      agreed.agree();
      yield* afterStep(options, run);
      if (run.progress.epoch !== epoch || stopReason(options, run) !== undefined) break;
    }
    if (run.progress.epoch === epoch && stopReason(options, run) === undefined) {
      throw new DataError(
        `train: data.train ended epoch ${epoch} after ${run.progress.batch} batches, expected ${source.batchesPerEpoch}.`,
      );
    }
  }
}

async function* oneStep(options: TrainOptions, run: TrainRun, batch: Batch): Events {
  const { fewRows: before } = run.progress;
  const { event, fewRows } = await run.step(batch);
  // Lets timers and signal handlers run between steps.
  await letOthersRun();
  yield event;
  if (before === 0 && fewRows > 0) {
    yield {
      type: 'warning',
      ...position(options, run),
      code: 'few-rows',
      message: `At ${fewRows} time steps of this batch fewer sequences are left than frame-wise normalizers need (two, or more than a group has features); they use their running statistics there. Further ones are counted, not told.`,
    };
  }
}

/** What follows a step: evaluations, the end of the epoch, a checkpoint. */
async function* afterStep(options: TrainOptions, run: TrainRun): Events {
  const { checkpoints, data } = options;
  const { batch, step, best } = run.progress;
  const whole = yield* evaluations(options, run);
  if (!whole) return;
  const endsEpoch = batch === data.train.batchesPerEpoch;
  if (endsEpoch) yield run.endEpoch();
  const due = checkpoints?.everySteps !== undefined && step % checkpoints.everySteps === 0;
  if (endsEpoch || due || run.progress.best !== best) yield* save(run);
}

/** Evaluates where it is time to; false when the signal stopped it. */
async function* evaluations(
  options: TrainOptions,
  run: TrainRun,
): AsyncGenerator<RunEvent, boolean, undefined> {
  const { evaluation, model, data, signal } = options;
  if (evaluation === undefined) return true;
  const { perEpoch = 1, whenStopped = true, statistics, trainBatches } = evaluation;
  const points = evaluationPoints(data.train.batchesPerEpoch, perEpoch);
  const stopped = whenStopped && stopReason(options, run) === 'max-steps';
  if (!points.has(run.progress.batch) && !stopped) return true;
  // Without normalizers the choices are one and the same.
  const choices = dependsOnStatistics(model) ? statistics : statistics.slice(0, 1);
  const splits = trainBatches === undefined ? (['valid'] as const) : (['valid', 'train'] as const);
  const all = splits.flatMap((split) => choices.map((choice) => ({ split, choice })));
  for (const { split, choice } of all.slice(run.progress.evaluated)) {
    try {
      const result = await run.evaluate(split, choice);
      yield { type: 'evaluation', ...position(options, run), split, ...result };
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) return false;
      throw error;
    }
  }
  return true;
}

async function* save(run: TrainRun): Events {
  const event = await run.save();
  if (event !== undefined) yield event;
}

function* finish(options: TrainOptions, run: TrainRun): Generator<RunEvent, void, undefined> {
  const { fewRows, seconds } = run.progress;
  if (fewRows > 0) {
    yield {
      type: 'warning',
      ...position(options, run),
      code: 'few-rows-total',
      message: `${fewRows} time steps in all had fewer sequences left than frame-wise normalizers need.`,
    };
  }
  const reason = stopReason(options, run) ?? 'finished';
  yield { type: 'end', ...position(options, run), reason, seconds };
}

type StopReason = RunEventOf<'end'>['reason'];

function stopReason(
  { epochs, maxSteps, signal }: TrainOptions,
  run: TrainRun,
): StopReason | undefined {
  const { epoch, step } = run.progress;
  if (epoch >= epochs) return 'finished';
  if (signal?.aborted === true) return 'interrupted';
  return step >= (maxSteps ?? Infinity) ? 'max-steps' : undefined;
}

function position({ now }: TrainOptions, { progress }: TrainRun): Position {
  return { step: progress.step, epoch: epochOfLastStep(progress), at: now() };
}

async function expectNoCheckpoint(store: CheckpointStore): Promise<void> {
  const [newest] = await listCheckpoints(store);
  if (newest === undefined) return;
  throw new UsageError(
    `train: ${store.where} already holds the checkpoint of step ${newest.step}.`,
    {
      hint: 'Resume that run, or give the new one a folder of its own.',
    },
  );
}
