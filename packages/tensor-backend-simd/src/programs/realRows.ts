import type { Thread } from '../threads/thread';

/** Where rows are padded: `lengths` [batch] holds int32 numbers of steps; 0 where nothing is padded. */
export interface Padding {
  readonly batch: number;
  readonly lengths: number;
}

/** The number of rows that are real at a step. */
export function realRowsAt(thread: Thread, { batch, lengths }: Padding, time: number): number {
  if (lengths === 0) return batch;
  let real = 0;
  for (const length of lengthsOf(thread, { batch, lengths })) real += Number(time < length);
  return real;
}

/** The number of real rows of all `time` steps. */
export function realRows(thread: Thread, { batch, lengths }: Padding, time: number): number {
  if (lengths === 0) return time * batch;
  return lengthsOf(thread, { batch, lengths }).reduce((sum, length) => sum + length, 0);
}

function lengthsOf({ int32 }: Thread, { batch, lengths }: Padding): Int32Array {
  return int32.subarray(lengths >>> 2, (lengths >>> 2) + batch);
}
