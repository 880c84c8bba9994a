import { alone, UsageError, type BatchSource, type Collective } from '@bnrnn/core';
import { StatisticsAverage, type NamedTensors } from '@bnrnn/normalization';
import type { SequenceModel } from '@bnrnn/recurrent';
import { dispose } from '@tensorflow/tfjs-core';
import { AgreedSignal } from '../ranks/agreedSignal';
import { forEachWindow } from './forEachWindow';

export interface RecalibrateOptions {
  readonly model: SequenceModel;
  /** The training batches; epoch 0 of it is read. */
  readonly source: BatchSource;
  /** Reads no more than so many batches. */
  readonly maxBatches?: number | undefined;
  /** Rejects with the signal's reason after the batch in progress. */
  readonly signal?: AbortSignal | undefined;
  /** The ranks that read parts of each batch; one process when absent. */
  readonly collective?: Collective | undefined;
  /** A run's agreement of its ranks on stopping, which `signal` is part of. */
  readonly agreed?: AgreedSignal | undefined;
}

/** Averaged statistics by normalizer path, and what they were averaged over. */
export interface Recalibration {
  readonly statistics: ReadonlyMap<string, NamedTensors>;
  /** Training batches read. */
  readonly batches: number;
  /** Frees the statistics. */
  dispose(): void;
}

/**
 * Averages what normalizers measure of training batches, every layer on its batch's own statistics,
 * no dropout.
 *
 *   statistic = Σ rows·measured / Σ rows
 *
 * The model and its running statistics are not changed.
 *
 * @throws UsageError when the source has no batch.
 * @see Ioffe and Szegedy 2015, algorithm 2; `StatisticsAverage`.
 */
export async function recalibrate(options: RecalibrateOptions): Promise<Recalibration> {
  const { collective = alone, signal } = options;
  const average = new StatisticsAverage(options.model.statistics);
  const batches = await forEachWindow({
    ...options,
    collective,
    agreed: options.agreed ?? new AgreedSignal(collective, signal),
    mode: 'batch',
    visit: ({ measured }) => average.add(measured),
  });
  if (batches === 0) throw new UsageError('recalibrate: source has no batch.');
  const statistics = average.statistics();
  return {
    statistics,
    batches,
    dispose: () => [...statistics.values()].forEach((each) => dispose(each)),
  };
}
