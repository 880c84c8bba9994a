import type { Batch } from '@bnrnn/core';
import type { ForwardResult } from '@bnrnn/recurrent';
import { product } from '@bnrnn/tensor-backend';
import { add, argMax, slice, tidy } from '@tensorflow/tfjs-core';
import { readAndFree } from './readAndFree';

/** Rows whose logits are held at once: 1,024 rows of 3,546 classes are 14 MiB. */
const block = 1024;

/** The number of real rows whose most probable class is not the target. */
export async function wrongRows(
  { hidden, head }: Pick<ForwardResult, 'hidden' | 'head'>,
  batch: Batch,
): Promise<number> {
  const rows = batch.time * batch.batch;
  let wrong = 0;
  for (let from = 0; from < rows; from += block) {
    const size = Math.min(block, rows - from);
    const labels = tidy(() => {
      const part = slice(hidden, [from, 0], [size, -1]);
      const logits = add(product(part, head.weights), head.bias);
      return argMax(logits, 1);
    });
    const best = await readAndFree(labels);
    best.forEach((label, i) => {
      if (isReal(batch, from + i) && label !== batch.targets[from + i]) wrong++;
    });
  }
  return wrong;
}

/** Whether a row of [time·batch] is no padding. */
function isReal(batch: Batch, row: number): boolean {
  if (batch.kind === 'tokens') return true;
  const length = batch.lengths[row % batch.batch] as number;
  return Math.floor(row / batch.batch) < length;
}
