import { columnsOfRank, UsageError, type Batch, type Collective } from '@bnrnn/core';
import { cutBatch, noUtterance } from './cutBatch';

/**
 * The columns of a batch that this rank computes, with their place in the batch of all ranks.
 *
 * A batch that is one rank's already stays as it is. All ranks' parts have the same time steps.
 *
 * @throws UsageError where there are fewer streams of words than ranks: a stream cannot be without its state.
 */
export function partOfBatch(batch: Batch, collective: Collective): Batch {
  const { size } = collective;
  if (size === 1) return batch;
  if (batch.part !== undefined) {
    const isEmpty = batch.kind === 'utterances' && batch.batch === 0;
    return isEmpty ? { ...noUtterance(batch), part: batch.part } : batch;
  }
  const { first, count } = columnsOfRank(batch.batch, collective);
  const part = { first, batch: batch.batch };
  if (batch.kind === 'tokens') {
    if (batch.batch < size) {
      throw new UsageError(
        `train: a batch of ${batch.batch} streams cannot be split over ${size} ranks.`,
        { hint: 'Start no more ranks than data.batch, or raise data.batch.' },
      );
    }
    return { ...cutBatch(batch, { first, batch: count }), part };
  }
  const piece = count === 0 ? noUtterance(batch) : cutBatch(batch, { first, batch: count });
  return { ...piece, part: { ...part, lengths: batch.lengths } };
}
