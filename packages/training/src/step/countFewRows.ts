import { expectLengths, rowsOfEachStep, type Batch } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';

/**
 * The time steps of a batch at which frame-wise normalizers have fewer than two real rows and use
 * their running statistics instead; 0 for a model without such normalizers.
 */
export function countFewRows(model: SequenceModel, batch: Batch): number {
  if (batch.kind === 'tokens') return 0;
  const frameWise = [...model.normalizers.values()].some(({ needs }) => needs === 'frame');
  if (!frameWise) return 0;
  const lengths = expectLengths('countFewRows', batch.lengths, batch);
  return rowsOfEachStep(batch, lengths).filter((rows) => rows < 2).length;
}
