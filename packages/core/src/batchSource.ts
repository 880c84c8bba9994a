import type { TokenBatch } from './tokenBatch';
import type { UtteranceBatch } from './utteranceBatch';

/** A mini-batch of either task. */
export type Batch = TokenBatch | UtteranceBatch;

/**
 * The mini-batches of one split of a corpus, epoch after epoch.
 *
 * `batches(epoch, from)` starts at batch `from` of that epoch, so a resumed run continues where it
 * stopped; the same epoch always yields the same batches.
 */
export interface BatchSource<Kind extends Batch = Batch> {
  readonly batchesPerEpoch: number;
  /** The sizes that no batch of any epoch exceeds; absent where they are not known beforehand. */
  readonly largest?: { readonly time: number; readonly batch: number };
  batches(epoch: number, from?: number): Iterable<Kind> | AsyncIterable<Kind>;
}
