import type { TokenBatch } from './tokenBatch';
import type { UtteranceBatch } from './utteranceBatch';

/** A mini-batch of either task. */
export type Batch = TokenBatch | UtteranceBatch;

/**
 * The mini-batches of one split of a corpus, epoch after epoch.
 *
 * `batches(epoch, from)` starts at batch `from` of that epoch, so a resumed run continues where it
 * stopped; the same epoch always yields the same batches. A source that is told which rank of how many
 * asks may read that rank's columns alone, padded to the longest of all ranks, and says so in `part`; whole
 * batches are cut by whoever asked.
 */
export interface BatchSource<Kind extends Batch = Batch> {
  readonly batchesPerEpoch: number;
  /** The sizes that no batch of any epoch exceeds; absent where they are not known beforehand. */
  readonly largest?: { readonly time: number; readonly batch: number };
  batches(
    epoch: number,
    from?: number,
    ranks?: { readonly rank: number; readonly size: number },
  ): Iterable<Kind> | AsyncIterable<Kind>;
}
