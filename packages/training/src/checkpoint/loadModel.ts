import { BnrnnError, DataError } from '@bnrnn/core';
import {
  modelFromSpec,
  type FromSpecOptions,
  type ModelSpec,
  type SequenceModel,
} from '@bnrnn/recurrent';
import { engine } from '@tensorflow/tfjs-core';
import type { CheckpointStore } from './checkpointStore';
import { restoreModel } from './checkpointTensors';
import { readBestCheckpoint, readLatestCheckpoint, type Checkpoint } from './readCheckpoint';

export interface LoadModelOptions extends FromSpecOptions {
  /** The newest checkpoint, or the one with the best validation; `latest` when absent. */
  readonly which?: 'latest' | 'best';
  /** Told in a sentence about each newer checkpoint that was refused. */
  readonly onRefused?: (sentence: string) => void;
}

/**
 * Makes a model from a checkpoint: its architecture, weights and running statistics.
 *
 * @returns a new model, the caller's to dispose.
 * @throws DataError when there is no usable checkpoint.
 */
export async function loadModel(
  store: CheckpointStore,
  { which = 'latest', onRefused, ...options }: LoadModelOptions = {},
): Promise<SequenceModel> {
  const read = which === 'best' ? readBestCheckpoint : readLatestCheckpoint;
  const { checkpoint, refused } = await read(store);
  refused.forEach((sentence) => onRefused?.(sentence));
  const model = modelOf(checkpoint, options);
  try {
    restoreModel(model, checkpoint.tensors, checkpoint.path);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}

/** The model that a manifest describes, of which nothing is checked but that it is the one written. */
function modelOf(
  { manifest: { settings }, path }: Checkpoint,
  options: FromSpecOptions,
): SequenceModel {
  const before = new Set(Object.keys(engine().registeredVariables));
  try {
    return modelFromSpec(settings.model as ModelSpec, { ...options, seed: settings.seed });
  } catch (cause) {
    for (const [name, made] of Object.entries(engine().registeredVariables)) {
      if (!before.has(name)) made.dispose();
    }
    if (cause instanceof BnrnnError) throw cause;
    throw new DataError(`${path} describes no model that can be made: ${messageOf(cause)}.`, {
      hint: 'Was it written by another version of bnrnn?',
      cause,
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
