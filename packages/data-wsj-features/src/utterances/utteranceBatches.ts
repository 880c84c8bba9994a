import {
  columnsOfRank,
  expectNumber,
  UsageError,
  type BatchSource,
  type UtteranceBatch,
} from '@bnrnn/core';
import { epochOrder, type UtteranceOrder } from './epochOrder';
import { loadBatch, type Utterance, type UtteranceTables } from './loadBatch';
import { readAhead } from './readAhead';

export interface UtteranceBatchesOptions extends UtteranceTables {
  /** The utterances to use, all of them in both tables, e.g. those of a join. */
  readonly utterances: readonly Utterance[];
  /** Utterances side by side. */
  readonly batch: number;
  readonly order: UtteranceOrder;
  /** Longer utterances are left out; none is when absent. */
  readonly maxFrames?: number;
  /** Batches loaded before they are needed hold no more than this; 32 MiB when absent. */
  readonly readAheadBytes?: number;
}

/** The batches of a set of utterances, and what is in them. */
export interface UtteranceBatches extends BatchSource<UtteranceBatch> {
  /** Of several ranks, each reads its own utterances alone; one that has none of a batch gets no columns. */
  batches(
    epoch: number,
    from?: number,
    ranks?: { readonly rank: number; readonly size: number },
  ): AsyncGenerator<UtteranceBatch, void, undefined>;
  /** Those that are used, in the order they came. */
  readonly utterances: readonly Utterance[];
  /** The keys of those that are too long. */
  readonly tooLong: readonly string[];
  /** Real frames of an epoch. */
  readonly frames: number;
  /** Values of a frame. */
  readonly features: number;
  /** 0 without alignments. */
  readonly classes: number;
}

const defaultReadAhead = 32 * 2 ** 20;

/** However small batches are, no more than so many wait. */
const mostAhead = 4;

/**
 * Mini-batches of utterances, read from their archives while the ones before are trained on.
 *
 * Each is padded to its longest utterance; the batch carries the lengths. Besides the tables it holds the batch in use and
 * those read ahead, however large the archives are. The batches of an epoch are a function of the
 * order's seed and the epoch alone, so that `batches(epoch, from)` continues a stopped epoch.
 *
 * @throws UsageError when no utterance is left or a number is out of range. While it is read: DataError,
 *   see `loadBatch`.
 */
export function utteranceBatches(options: UtteranceBatchesOptions): UtteranceBatches {
  const { features, alignments, batch, order, maxFrames = Infinity } = options;
  const { readAheadBytes = defaultReadAhead } = options;
  expectNumber('utteranceBatches: batch', batch, { integer: true, min: 1 });
  if (order.kind === 'shuffled') {
    const bounds = { integer: true, min: 1 };
    expectNumber('utteranceBatches: order.poolBatches', order.poolBatches, bounds);
  }
  const isUsed = ({ frames }: Utterance): boolean => frames > 0 && frames <= maxFrames;
  const utterances = options.utterances.filter(isUsed);
  if (utterances.length === 0) {
    const came = options.utterances.length;
    throw new UsageError(
      `utteranceBatches: no utterance is left of ${came}, expected at least one of 1 to ${maxFrames} frames.`,
      { hint: 'Look at the lengths with "bnrnn features inspect", or raise maxFrames.' },
    );
  }
  const lengths = Int32Array.from(utterances, ({ frames }) => frames);
  const tooLong = options.utterances.filter(({ frames }) => frames > maxFrames);

  return {
    batchesPerEpoch: Math.ceil(utterances.length / batch),
    largest: {
      time: lengths.reduce((most, frames) => Math.max(most, frames), 0),
      batch: Math.min(batch, utterances.length),
    },
    utterances,
    tooLong: tooLong.map(({ key }) => key),
    frames: lengths.reduce((sum, frames) => sum + frames, 0),
    features: features.columns,
    classes: alignments?.classes ?? 0,
    batches(epoch, from = 0, ranks = { rank: 0, size: 1 }) {
      const batches = epochOrder(lengths, { batch, order, epoch }).slice(from);
      const chosen = batches.map((positions) => {
        const columns = Array.from(positions, (position) => utterances[position] as Utterance);
        const each = Int32Array.from(columns, ({ frames }) => frames);
        const { first, count } = columnsOfRank(columns.length, ranks);
        return {
          own: columns.slice(first, first + count),
          time: each.reduce((longest, frames) => Math.max(longest, frames), 0),
          part: { first, batch: columns.length, lengths: each },
        };
      });
      const rowBytes = 4 * (features.columns + 2);
      return readAhead({
        count: batches.length,
        async load(index) {
          const { own, time, part } = chosen[index] as (typeof chosen)[number];
          const loaded = await loadBatch(options, own, time);
          return ranks.size === 1 ? loaded : { ...loaded, part };
        },
        bytesOf: (index) => {
          const { own, time } = chosen[index] as (typeof chosen)[number];
          return rowBytes * own.length * time;
        },
        maxBytes: readAheadBytes,
        maxItems: mostAhead,
      });
    },
  };
}
