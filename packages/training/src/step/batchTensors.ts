import {
  countRealSteps,
  expectLengths,
  expectShape,
  type Batch,
  type BatchPart,
  type Lengths,
} from '@bnrnn/core';
import type { SequenceInputs } from '@bnrnn/recurrent';
import { tensor1d, tensor3d, type Tensor1D } from '@tensorflow/tfjs-core';

/** A mini-batch on the backend. */
export interface BatchTensors {
  readonly inputs: SequenceInputs;
  /** int32 [time·batch]. */
  readonly labels: Tensor1D;
  /** float32 [time·batch]: 1 for a real frame, 0 for padding; absent where nothing is padded. */
  readonly rowWeights?: Tensor1D;
  /** Words, characters or real frames. */
  readonly units: number;
  /** Where its columns stand in the batch of all ranks. */
  readonly part?: BatchPart;
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
      ...(batch.part && { part: batch.part }),
      dispose: () => [ids, labels].forEach((tensor) => tensor.dispose()),
    };
  }
  const { features: size } = batch;
  const lengths = expectLengths('batchTensors', batch.lengths, batch);
  expectShape('batchTensors', 'inputs', [batch.inputs.length], {
    'time·batch·features': rows * size,
  });
  const features = tensor3d(batch.inputs, [time, width, size]);
  const labels = tensor1d(batch.targets, 'int32');
  const units = countRealSteps(batch, lengths);
  const rowWeights = units < rows ? tensor1d(realRows(lengths)) : undefined;
  return {
    inputs: { features, lengths },
    labels,
    ...(rowWeights && { rowWeights }),
    units,
    ...(batch.part && { part: batch.part }),
    dispose: () =>
      [features, labels, ...(rowWeights ? [rowWeights] : [])].forEach((tensor) => tensor.dispose()),
  };
}

/** 1 for each real row of [time·batch], 0 for padding. */
function realRows({ time, each }: Lengths): Float32Array {
  const batch = each.length;
  return Float32Array.from({ length: time * batch }, (_, row) =>
    Number(Math.floor(row / batch) < (each[row % batch] as number)),
  );
}
