import type { Batch } from '@bnrnn/core';

/** The first `time` steps of the first `width` sequences of a mini-batch. */
export function cutBatch(batch: Batch, time: number, width: number): Batch {
  const t = Math.min(time, batch.time);
  const b = Math.min(width, batch.batch);
  const cut = (values: Int32Array | Float32Array, each = 1): number[] =>
    Array.from({ length: t }, (_, row) => {
      const from = row * batch.batch * each;
      return [...values.subarray(from, from + b * each)];
    }).flat();
  const shared = { time: t, batch: b, targets: Int32Array.from(cut(batch.targets)) };
  if (batch.kind === 'tokens') {
    return { ...batch, ...shared, inputs: Int32Array.from(cut(batch.inputs)) };
  }
  return {
    ...batch,
    ...shared,
    inputs: Float32Array.from(cut(batch.inputs, batch.features)),
    lengths: batch.lengths.slice(0, b).map((length) => Math.min(length, t)),
    keys: batch.keys.slice(0, b),
  };
}
