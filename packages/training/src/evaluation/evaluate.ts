import { UsageError, type BatchSource, type StatisticsChoice } from '@bnrnn/core';
import type { ForwardResult, SequenceModel } from '@bnrnn/recurrent';
import { addBatch, meansOf, noLoss, type LossMeans } from '../lossSums';
import { batchNats } from '../step/batchNats';
import type { BatchTensors } from '../step/batchTensors';
import { wrongRows } from './frameErrors';
import { forEachWindow } from './forEachWindow';
import { readAndFree } from './readAndFree';
import { recalibrate, type Recalibration } from './recalibrate';

export interface EvaluateOptions {
  readonly model: SequenceModel;
  /** The split's batches; epoch 0 of it is read. */
  readonly source: BatchSource;
  /** What normalizers use: the batch's own moments, the running ones, or recalibrated ones. */
  readonly statistics: StatisticsChoice;
  /** The training batches, for `recalibrated`. */
  readonly trainSource?: BatchSource | undefined;
  /** Already recalibrated statistics, used instead of `trainSource`; stay the caller's. */
  readonly recalibration?: Recalibration;
  /** Reads no more than so many batches of `source`. */
  readonly maxBatches?: number | undefined;
  /** Reads no more than so many batches of `trainSource`. */
  readonly recalibrationBatches?: number | undefined;
  /** Rejects with the signal's reason after the batch in progress. */
  readonly signal?: AbortSignal | undefined;
}

export interface EvaluateResult extends LossMeans {
  readonly statistics: StatisticsChoice;
  /** Words, characters or real frames. */
  readonly units: number;
  /** Share of real frames whose most probable class is wrong, 0..1; frame classifiers only. */
  readonly frameErrorRate?: number;
  /** Training batches that the statistics were averaged over; only for `recalibrated`. */
  readonly recalibrationBatches?: number;
}

/**
 * The cross entropy of a model on a split, without dropout, its state carried from batch to batch.
 *
 *   nllPerUnit = Σ nats / Σ units, summed in float64
 *
 * @throws UsageError when `recalibrated` has no training batches, or the split has no batch.
 * @see recipes: both averages of the perplexity, and the three statistics of evaluation.
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateResult> {
  const { model, source, statistics: choice, maxBatches, signal } = options;
  const made = choice === 'recalibrated' && options.recalibration === undefined;
  const recalibration = made ? await recalibrateFor(options) : options.recalibration;
  const { statistics: stored, batches } =
    choice === 'recalibrated' && recalibration !== undefined
      ? recalibration
      : { statistics: undefined, batches: undefined };
  const classifies = model.unit === 'frame';
  let sums = noLoss;
  let wrong = 0;
  try {
    await forEachWindow({
      model,
      source,
      mode: choice === 'batch' ? 'batch' : 'stored',
      statistics: stored,
      maxBatches,
      signal,
      async visit(result, tensors, batch) {
        sums = addBatch(sums, await sumOfNats(result, tensors), tensors.units);
        if (classifies) wrong += await wrongRows(result, batch);
      },
    });
  } finally {
    if (made) recalibration?.dispose();
  }
  if (sums.batches === 0) throw new UsageError('evaluate: source has no batch.');
  return {
    statistics: choice,
    ...meansOf(sums),
    units: sums.units,
    ...(classifies ? { frameErrorRate: wrong / sums.units } : {}),
    ...(batches === undefined ? {} : { recalibrationBatches: batches }),
  };
}

function recalibrateFor(options: EvaluateOptions): Promise<Recalibration> {
  const { model, trainSource: source, recalibrationBatches: maxBatches, signal } = options;
  if (source === undefined) {
    throw new UsageError('evaluate: statistics is "recalibrated" but trainSource is absent.', {
      hint: 'Pass the training batches, or what recalibrate() returned.',
    });
  }
  return recalibrate({ model, source, maxBatches, signal });
}

async function sumOfNats(result: ForwardResult, tensors: BatchTensors): Promise<number> {
  let sum = 0;
  for (const nats of await readAndFree(batchNats(result, tensors))) sum += nats;
  return sum;
}
