import { expectShape, type Batch } from '@bnrnn/core';
import type { SequenceInputs } from '@bnrnn/recurrent';
import { tensor1d, tensor2d, tensor3d, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';

/** A mini-batch on the backend. */
export interface BatchTensors {
  readonly inputs: SequenceInputs;
  /** int32 [time·batch]. */
  readonly labels: Tensor1D;
  /** float32 [time·batch]: 1 for a real frame, 0 for padding; absent where nothing is padded. */
  readonly rowWeights?: Tensor1D;
  /** Words, characters or real frames. */
  readonly units: number;
  dispose(): void;
}

/**
 * Uploads a mini-batch of either task.
 *
 * @throws ShapeError when an array's length is not time·batch (·features).
 */
export function batchTensors(batch: Batch): BatchTensors {
  const { time, batch: width } = batch;
  const rows = time * width;
  expectShape('batchTensors', 'targets', [batch.targets.length], { 'time·batch': rows });
  if (batch.kind === 'tokens') {
    expectShape('batchTensors', 'inputs', [batch.inputs.length], { 'time·batch': rows });
    const ids = tensor1d(batch.inputs, 'int32');
    const labels = tensor1d(batch.targets, 'int32');
    return {
      inputs: { ids, time, batch: width },
      labels,
      units: rows,
      dispose: () => [ids, labels].forEach((tensor) => tensor.dispose()),
    };
  }
  const { features: size } = batch;
  expectShape('batchTensors', 'mask', [batch.mask.length], { 'time·batch': rows });
  expectShape('batchTensors', 'inputs', [batch.inputs.length], {
    'time·batch·features': rows * size,
  });
  const features = tensor3d(batch.inputs, [time, width, size]);
  const mask: Tensor2D = tensor2d(batch.mask, [time, width]);
  const labels = tensor1d(batch.targets, 'int32');
  const rowWeights = tensor1d(batch.mask);
  return {
    inputs: { features, mask },
    labels,
    rowWeights,
    units: batch.mask.reduce((sum, value) => sum + value, 0),
    dispose: () => [features, mask, labels, rowWeights].forEach((tensor) => tensor.dispose()),
  };
}
