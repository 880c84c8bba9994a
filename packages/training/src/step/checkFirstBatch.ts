import type { Batch, Collective } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';
import { checkModel } from '@bnrnn/tensor-backend';
import { dispose, sum } from '@tensorflow/tfjs-core';
import { batchNats } from './batchNats';
import { batchTensors } from './batchTensors';
import { cutBatch } from '../ranks/cutBatch';

/**
 * Runs a small piece of a batch forward and backward, so that what a backend lacks is said before
 * the first step.
 *
 * @throws whatever `checkModel` says: a missing kernel, or a parameter without a gradient.
 */
export function checkFirstBatch(model: SequenceModel, batch: Batch, collective: Collective): void {
  const needed = [...model.normalizers.values()].map(({ fewestRows = 2 }) => fewestRows);
  const piece = pieceOf(batch, Math.max(2, ...needed), collective);
  const tensors = batchTensors(piece);
  const state = model.initialState(piece.batch);
  try {
    checkModel({
      variables: model.parameters,
      loss: () => {
        const result = model.forward(tensors.inputs, state, {
          mode: 'batch',
          training: true,
          step: 0,
          collective,
        });
        return sum(batchNats(result, tensors));
      },
    });
  } finally {
    tensors.dispose();
    dispose([...state]);
  }
}

/**
 * As many rows of a batch, in 2 steps; in more where these have fewer real frames than that. Ranks take the steps of the
 * one that needs the most, because they meet at each.
 */
function pieceOf(batch: Batch, rows: number, collective: Collective): Batch {
  let time = 2;
  while (time < batch.time && realFrames(cutBatch(batch, { time, batch: rows })) < rows) time++;
  const most = Math.max(...collective.gather(String(time)).map(Number));
  return cutBatch(batch, { time: most, batch: rows });
}

function realFrames(batch: Batch): number {
  return batch.kind === 'tokens'
    ? batch.time * batch.batch
    : batch.lengths.reduce((sum, length) => sum + length, 0);
}
