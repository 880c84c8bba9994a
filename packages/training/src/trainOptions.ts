import { expectNumber, UsageError } from '@bnrnn/core';
import type { BatchSource, Collective, CorpusInfo, StatisticsChoice } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';
import type { CheckpointOptions } from './checkpoint/checkpointWriter';
import { checkClip, type ClipSpec } from './clip';
import { checkOptimizer, type OptimizerSpec } from './optimizer/optimizerSpec';
import { checkSchedule, type ScheduleSpec } from './schedule';

/** What the `start` event says about the run besides its numbers. */
export interface RunIdentity {
  readonly preset: string;
  readonly recipe: string;
  readonly backend: string;
  readonly corpus: CorpusInfo;
}

/** When and how the validation split is evaluated. */
export interface EvaluationOptions {
  /** One evaluation event each, in this order; the first decides which checkpoint is best. */
  readonly statistics: readonly StatisticsChoice[];
  /** Evaluations an epoch, evenly spread, the last at its end; 1 when absent. */
  readonly perEpoch?: number;
  /** Also evaluates when `maxSteps` ends the run between two evaluations; true when absent. */
  readonly whenStopped?: boolean;
  /** Batches of the validation split; all when absent. */
  readonly maxBatches?: number;
  /** Also evaluates the first so many batches of the training split, after the validation; none when absent. */
  readonly trainBatches?: number;
  /** Training batches of one recalibration; the whole epoch when absent. */
  readonly recalibrationBatches?: number;
}

export interface TrainOptions {
  /** Trained in place; stays the caller's to dispose. */
  readonly model: SequenceModel;
  readonly data: { readonly train: BatchSource; readonly valid?: BatchSource };
  readonly optimizer: OptimizerSpec;
  readonly schedule: ScheduleSpec;
  /** Gradients are not clipped when absent. */
  readonly clip?: ClipSpec;
  readonly seed: number;
  readonly epochs: number;
  /** Steps of the whole run, those before a resume included. */
  readonly maxSteps?: number;
  /** Needs `data.valid`; nothing is evaluated when absent. */
  readonly evaluation?: EvaluationOptions;
  readonly run: RunIdentity;
  /** Nothing is saved when absent. */
  readonly checkpoints?: CheckpointOptions;
  /** Plain JSON that is the same when the run is resumed, by name: what its batches are cut by, for example. */
  readonly mustMatch?: Readonly<Record<string, unknown>>;
  /** Plain JSON that each checkpoint holds for the caller: how the run was configured, for example. */
  readonly meta?: unknown;
  /** Continues from the newest usable checkpoint of `checkpoints.store`. */
  readonly resume?: boolean;
  /**
   * The processes that train together, each on its columns of every batch; one process when absent. Rank 0 alone writes
   * checkpoints, which know nothing of ranks; each rank reads them where the run is resumed.
   */
  readonly collective?: Collective;
  /** Ends the step in progress cleanly, saves, and ends the run with the reason `interrupted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back, for durations and speeds; `now` when absent. */
  readonly elapsed?: () => number;
}

/** @throws UsageError for a number out of range or options that exclude each other. */
export function checkTrainOptions(options: TrainOptions): void {
  const whole = { integer: true, min: 1 };
  const optionalWhole = (name: string, value: number | undefined): void => {
    if (value !== undefined) expectNumber(`train: ${name}`, value, whole);
  };
  checkOptimizer('train', options.optimizer);
  checkSchedule('train', options.schedule);
  checkClip('train', options.clip);
  expectNumber('train: seed', options.seed, { integer: true, min: 0 });
  expectNumber('train: epochs', options.epochs, whole);
  optionalWhole('maxSteps', options.maxSteps);
  optionalWhole('checkpoints.everySteps', options.checkpoints?.everySteps);
  optionalWhole('checkpoints.keep', options.checkpoints?.keep);
  const { evaluation } = options;
  if (evaluation !== undefined) {
    optionalWhole('evaluation.perEpoch', evaluation.perEpoch);
    optionalWhole('evaluation.maxBatches', evaluation.maxBatches);
    optionalWhole('evaluation.trainBatches', evaluation.trainBatches);
    optionalWhole('evaluation.recalibrationBatches', evaluation.recalibrationBatches);
    if (options.data.valid === undefined) {
      throw new UsageError('train: evaluation is set but data.valid is absent.');
    }
    if (evaluation.statistics.length === 0) {
      throw new UsageError('train: evaluation.statistics is empty, expected at least one choice.');
    }
  }
  if (options.resume === true && options.checkpoints === undefined) {
    throw new UsageError('train: resume is set but checkpoints is absent.', {
      hint: 'Name the store of checkpoints to continue from.',
    });
  }
  const { batchesPerEpoch } = options.data.train;
  if (batchesPerEpoch < 1) {
    throw new UsageError(`train: data.train has ${batchesPerEpoch} batches, expected at least 1.`);
  }
}
