import type { Batch } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';

/**
 * The time steps of a batch at which frame-wise normalizers have fewer than two real rows and use
 * their running statistics instead; 0 for a model without such normalizers.
 */
export function countFewRows(model: SequenceModel, batch: Batch): number {
  if (batch.kind === 'tokens') return 0;
  const frameWise = [...model.normalizers.values()].some(({ needs }) => needs === 'frame');
  if (!frameWise) return 0;
  let few = 0;
  for (let t = 0; t < batch.time; t++) {
    const row = batch.mask.subarray(t * batch.batch, (t + 1) * batch.batch);
    if (row.reduce((sum, real) => sum + real, 0) < 2) few++;
  }
  return few;
}
