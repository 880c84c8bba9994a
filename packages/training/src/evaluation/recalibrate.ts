import { alone, UsageError, type BatchSource, type Collective } from '@bnrnn/core';
import { StatisticsAverage, type NamedTensors } from '@bnrnn/normalization';
import type { SequenceModel } from '@bnrnn/recurrent';
import { clone, dispose } from '@tensorflow/tfjs-core';
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
 * The model and its running statistics are not changed. Those of normalizers of weights are taken as they are.
 *
 * @throws UsageError when the source has no batch.
 * @see Ioffe and Szegedy 2015, algorithm 2; `StatisticsAverage`.
 */
export async function recalibrate(options: RecalibrateOptions): Promise<Recalibration> {
  const { collective = alone, signal } = options;
  const { model } = options;
  const [averaged, fixed] = byMode(model);
  const average = new StatisticsAverage(averaged);
  const batches = await forEachWindow({
    ...options,
    collective,
    agreed: options.agreed ?? new AgreedSignal(collective, signal),
    mode: 'batch',
    visit: ({ measured }) => average.add(measured),
  });
  if (batches === 0) throw new UsageError('recalibrate: source has no batch.');
  const statistics = average.statistics();
  for (const [path, tensors] of fixed) {
    const copies = Object.entries(tensors).map(([name, each]) => [name, clone(each)] as const);
    statistics.set(path, Object.fromEntries(copies));
  }
  return {
    statistics,
    batches,
    dispose: () => [...statistics.values()].forEach((each) => dispose(each)),
  };
}

/** The statistics that modes of evaluation choose among, and those of normalizers that have no mode. */
function byMode({
  statistics,
  normalizers,
}: SequenceModel): [typeof statistics, typeof statistics] {
  const hasMode = ([path]: readonly [string, NamedTensors]): boolean =>
    normalizers.get(path)?.mapWeights === undefined;
  const all = [...statistics];
  return [new Map(all.filter(hasMode)), new Map(all.filter((entry) => !hasMode(entry)))];
}

/** Whether an evaluation depends on the choice of statistics. */
export function dependsOnStatistics(model: SequenceModel): boolean {
  return byMode(model)[0].size > 0;
}
