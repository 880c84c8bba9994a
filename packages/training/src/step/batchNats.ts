import { projectedCrossEntropy } from '@bnrnn/tensor-backend';
import type { ForwardResult } from '@bnrnn/recurrent';
import { div, sum, tidy, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { BatchTensors } from './batchTensors';

/**
 * The cross entropy of each row of a mini-batch in nats, 0 where padded.
 *
 *   nats[r] = −weight[r] · log softmax(hidden[r]·W + b)[label[r]]
 *
 * @returns float32 [time·batch].
 */
export function batchNats(
  { hidden, head }: Pick<ForwardResult, 'hidden' | 'head'>,
  { labels, rowWeights }: Pick<BatchTensors, 'labels' | 'rowWeights'>,
): Tensor1D {
  return projectedCrossEntropy({
    hidden,
    weights: head.weights as Tensor2D,
    bias: head.bias as Tensor1D,
    labels,
    ...(rowWeights === undefined ? {} : { rowWeights }),
  });
}

/**
 * The loss that is differentiated: summed over time, averaged over the batch.
 *
 *   loss = Σ nats / batch
 *
 * Both tasks use it: over words it is T times the mean per word, over utterances the sum of an
 * utterance's real frames, averaged over utterances. Clip thresholds and learning rates assume
 * this scale.
 *
 * @see recipes: semantics shared by all; the loss of the speech model.
 */
export function batchLoss(nats: Tensor1D, batch: number): Scalar {
  return tidy(() => div(sum(nats), batch));
}
