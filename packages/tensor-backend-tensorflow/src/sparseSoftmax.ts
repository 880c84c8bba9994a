import type { Tensor, Tensor1D, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import type { TensorflowBackend } from './tfjsNode';

/**
 * TensorFlow's fused cross entropy of each row of logits with its label.
 *
 * @param logits  float32 [rows, classes].
 * @param labels  int32 [rows].
 * @returns nats [rows], and their slopes with respect to the logits, softmax - one-hot [rows, classes].
 */
export function sparseSoftmax(
  backend: TensorflowBackend,
  logits: TensorInfo,
  labels: TensorInfo,
): { nats: Tensor1D; slopes: Tensor2D } {
  const type = (name: string, dtype: 'float32' | 'int32') => ({
    name,
    type: backend.binding.TF_ATTR_TYPE,
    value: backend.getDTypeInteger(dtype),
  });
  const [nats, slopes] = backend.executeMultipleOutputs(
    'SparseSoftmaxCrossEntropyWithLogits',
    [type('T', 'float32'), type('Tlabels', 'int32')],
    [logits, labels],
    2,
  ) as [Tensor, Tensor];
  return { nats: nats as Tensor1D, slopes: slopes as Tensor2D };
}
