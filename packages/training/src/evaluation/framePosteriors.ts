import { UsageError, type UtteranceBatch } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';
import { product } from '@bnrnn/tensor-backend';
import { dispose, gather, tensor1d, tidy } from '@tensorflow/tfjs-core';

import { batchTensors } from '../step/batchTensors';
import { readAndFree } from './readAndFree';

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
export async function* framePosteriors(
  model: SequenceModel,
  batch: UtteranceBatch,
): AsyncGenerator<UtterancePosteriors, void, undefined> {
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
    const bias = await head.bias.data<'float32'>();
    for (const [column, key] of batch.keys.entries()) {
      const rows = rowsOf(batch, column);
      const logits = tidy(() => {
        const frames = gather(hidden, tensor1d(rows, 'int32'));
        return product(frames, head.weights);
      });
      const values = (await readAndFree(logits)) as Float32Array;
      addAndNormalize(values, bias);
      yield { key, frames: rows.length, classes, values };
    }
  } finally {
    hidden.dispose();
  }
}

/** The rows of [time·batch] that hold the real frames of one column. */
function rowsOf({ batch, lengths }: UtteranceBatch, column: number): Int32Array {
  return Int32Array.from({ length: lengths[column] as number }, (_, t) => t * batch + column);
}

/**
 * Adds the bias to each row and makes it log-probabilities, in place. Plain loops: backends without kernels for
 * these would go through the whole matrix six times.
 */
function addAndNormalize(values: Float32Array, bias: Float32Array): void {
  const classes = bias.length;
  for (let row = 0; row < values.length; row += classes) {
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) {
      const logit = (values[row + c] as number) + (bias[c] as number);
      values[row + c] = logit;
      if (logit > largest) largest = logit;
    }
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp((values[row + c] as number) - largest);
    const logSum = largest + Math.log(sum);
    for (let c = 0; c < classes; c++) values[row + c] = (values[row + c] as number) - logSum;
  }
}
