import { UsageError, type UtteranceBatch } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';
import { product } from '@bnrnn/tensor-backend';
import {
  add,
  dispose,
  gather,
  logSoftmax,
  tensor1d,
  tidy,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { batchTensors } from '../step/batchTensors';

/** What a frame classifier says of one utterance. */
export interface UtterancePosteriors {
  readonly key: string;
  readonly frames: number;
  readonly classes: number;
  /** float32 [frames, classes]: log p(class | frame), nats. */
  readonly values: Float32Array;
}

/**
 * The log-posteriors of each utterance of a batch under the model's running statistics, one utterance
 * after the other: the whole batch's are never held at once.
 *
 *   log p(c | frame) = logit[c] − log Σ exp(logit)
 *
 * @throws UsageError for a model that is no frame classifier.
 */
export function* framePosteriors(
  model: SequenceModel,
  batch: UtteranceBatch,
): Generator<UtterancePosteriors, void, undefined> {
  if (model.spec.kind !== 'frameClassifier') {
    throw new UsageError(
      `framePosteriors: the model is a ${model.spec.kind}, expected a frameClassifier.`,
    );
  }
  const { classes } = model.spec;
  const tensors = batchTensors(batch);
  const start = model.initialState(batch.batch);
  const { hidden, head, state } = model.forward(tensors.inputs, start, {
    mode: 'stored',
    training: false,
    step: 0,
  });
  tensors.dispose();
  dispose([...start, ...state]);
  try {
    for (const [column, key] of batch.keys.entries()) {
      const rows = rowsOf(batch, column);
      const values = tidy(() => {
        const frames = gather(hidden, tensor1d(rows, 'int32'));
        const logits = add(product(frames, head.weights as Tensor2D), head.bias);
        return logSoftmax(logits).dataSync<'float32'>();
      });
      yield { key, frames: rows.length, classes, values };
    }
  } finally {
    hidden.dispose();
  }
}

/** The rows of [time·batch] that hold the real frames of one column. */
function rowsOf({ time, batch, mask }: UtteranceBatch, column: number): Int32Array {
  const rows: number[] = [];
  for (let t = 0; t < time; t++) {
    const row = t * batch + column;
    if (mask[row] === 1) rows.push(row);
  }
  return Int32Array.from(rows);
}
