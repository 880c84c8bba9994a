import {
  countRealSteps,
  expectLengths,
  expectShape,
  type Batch,
  type BatchPart,
  type Lengths,
} from '@bnrnn/core';
import type { SequenceInputs } from '@bnrnn/recurrent';
import { dispose, tensor1d, tensor3d, type Tensor1D } from '@tensorflow/tfjs-core';

/** A mini-batch on the backend. */
export interface BatchTensors {
  readonly inputs: SequenceInputs;
  /** [time·batch], on the CPU. */
  readonly labels: Int32Array;
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
    return {
      inputs: { ids: batch.inputs, time, batch: width },
      labels: batch.targets,
      units: rows,
      ...(batch.part && { part: batch.part }),
      dispose: () => undefined,
    };
  }
  const { features: size } = batch;
  const lengths = expectLengths('batchTensors', batch.lengths, batch);
  expectShape('batchTensors', 'inputs', [batch.inputs.length], {
    'time·batch·features': rows * size,
  });
  const features = tensor3d(batch.inputs, [time, width, size]);
  const units = countRealSteps(batch, lengths);
  const rowWeights = units < rows ? tensor1d(realRows(lengths)) : undefined;
  return {
    inputs: { features, lengths },
    labels: batch.targets,
    ...(rowWeights && { rowWeights }),
    units,
    ...(batch.part && { part: batch.part }),
    dispose: () => dispose(rowWeights ? [features, rowWeights] : [features]),
  };
}

/** 1 for each real row of [time·batch], 0 for padding. */
function realRows({ time, each }: Lengths): Float32Array {
  const batch = each.length;
  return Float32Array.from({ length: time * batch }, (_, row) =>
    Number(Math.floor(row / batch) < (each[row % batch] as number)),
  );
}
