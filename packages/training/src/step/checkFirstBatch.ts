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
  const piece = cutBatch(batch, { time: 2, batch: Math.max(2, ...needed) });
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
