import { expectLengths, rowsOfEachStep, type Batch } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';

/**
 * The time steps of a batch, of all ranks, at which frame-wise normalizers have fewer real rows than they need (two, or
 * their `fewestRows`) and use their running statistics instead; 0 for a model without such normalizers.
 */
export function countFewRows(model: SequenceModel, batch: Batch): number {
  if (batch.kind === 'tokens') return 0;
  const needed = [...model.normalizers.values()]
    .filter(({ needs }) => needs === 'frame')
    .map(({ fewestRows = 2 }) => fewestRows);
  if (needed.length === 0) return 0;
  const whole = { time: batch.time, batch: batch.part?.batch ?? batch.batch };
  const lengths = expectLengths('countFewRows', batch.part?.lengths ?? batch.lengths, whole);
  return rowsOfEachStep(whole, lengths).filter((rows) => rows < Math.max(...needed)).length;
}
