import {
  countRealSteps,
  expectLengths,
  expectShape,
  type Batch,
  type BatchPart,
} from '@bnrnn/core';
import type { SequenceInputs } from '@bnrnn/recurrent';
import { tensor3d } from '@tensorflow/tfjs-core';

/** A mini-batch on the backend. */
export interface BatchTensors {
  readonly inputs: SequenceInputs;
  /** [time·batch], on the CPU. */
  readonly labels: Int32Array;
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
  return {
    inputs: { features, lengths },
    labels: batch.targets,
    units: countRealSteps(batch, lengths),
    ...(batch.part && { part: batch.part }),
    dispose: () => features.dispose(),
  };
}
