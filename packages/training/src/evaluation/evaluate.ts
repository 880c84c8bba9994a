import {
  alone,
  UsageError,
  type BatchSource,
  type Collective,
  type StatisticsChoice,
} from '@bnrnn/core';
import type { ForwardResult, SequenceModel } from '@bnrnn/recurrent';
import { addBatch, meansOf, noLoss, type LossMeans, type LossSums } from '../lossSums';
import { AgreedSignal } from '../ranks/agreedSignal';
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
  /** The ranks that read parts of each batch; one process when absent. */
  readonly collective?: Collective | undefined;
  /** A run's agreement of its ranks on stopping, which `signal` is part of. */
  readonly agreed?: AgreedSignal | undefined;
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
  const { model, source, statistics: choice, maxBatches, collective = alone } = options;
  const agreed = options.agreed ?? new AgreedSignal(collective, options.signal);
  const made = choice === 'recalibrated' && options.recalibration === undefined;
  const recalibration = made
    ? await recalibrateFor({ ...options, collective, agreed })
    : options.recalibration;
  const { statistics: stored, batches } =
    choice === 'recalibrated' && recalibration !== undefined
      ? recalibration
      : { statistics: undefined, batches: undefined };
  const classifies = model.unit === 'frame';
  const windows: { nats: number; units: number }[] = [];
  let wrong = 0;
  try {
    await forEachWindow({
      model,
      source,
      mode: choice === 'batch' ? 'batch' : 'stored',
      statistics: stored,
      maxBatches,
      collective,
      agreed,
      async visit(result, tensors, batch) {
        windows.push({ nats: await sumOfNats(result, tensors), units: tensors.units });
        if (classifies) wrong += await wrongRows(result, batch);
      },
    });
  } finally {
    if (made) recalibration?.dispose();
  }
  if (windows.length === 0) throw new UsageError('evaluate: source has no batch.');
  const whole = Float64Array.from([wrong, ...windows.flatMap(({ nats, units }) => [nats, units])]);
  collective.sum(whole);
  const sums = windows.reduce<LossSums>(
    (sum, _, k) => addBatch(sum, whole[1 + 2 * k] as number, whole[2 + 2 * k] as number),
    noLoss,
  );
  return {
    statistics: choice,
    ...meansOf(sums),
    units: sums.units,
    ...(classifies ? { frameErrorRate: (whole[0] as number) / sums.units } : {}),
    ...(batches === undefined ? {} : { recalibrationBatches: batches }),
  };
}

function recalibrateFor(options: EvaluateOptions): Promise<Recalibration> {
  const { model, trainSource: source, recalibrationBatches: maxBatches } = options;
  const { collective, agreed } = options;
  if (source === undefined) {
    throw new UsageError('evaluate: statistics is "recalibrated" but trainSource is absent.', {
      hint: 'Pass the training batches, or what recalibrate() returned.',
    });
  }
  return recalibrate({ model, source, maxBatches, collective, agreed });
}

async function sumOfNats(result: ForwardResult, tensors: BatchTensors): Promise<number> {
  let sum = 0;
  for (const nats of await readAndFree(batchNats(result, tensors))) sum += nats;
  return sum;
}
