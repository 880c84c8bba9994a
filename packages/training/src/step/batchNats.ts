import { projectedCrossEntropy } from '@bnrnn/tensor-backend';
import type { ForwardResult } from '@bnrnn/recurrent';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { BatchTensors } from './batchTensors';

/**
 * The cross entropy of each row of a mini-batch in nats, 0 where padded.
 *
 *   nats[r] = −log softmax(hidden[r]·W + b)[label[r]]
 *
 * @returns float32 [time·batch].
 */
export function batchNats(
  { hidden, head }: Pick<ForwardResult, 'hidden' | 'head'>,
  { labels, inputs }: Pick<BatchTensors, 'labels' | 'inputs'>,
): Tensor1D {
  return projectedCrossEntropy({
    hidden,
    weights: head.weights,
    bias: head.bias as Tensor1D,
    transposed: head.transposed,
    labels,
    lengths: 'features' in inputs ? inputs.lengths : undefined,
  });
}
