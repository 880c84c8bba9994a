import { modelFromSpec, type ModelSpec, type SequenceModel } from '@bnrnn/recurrent';
import type { CheckpointStore } from './checkpointStore';
import { restoreModel } from './checkpointTensors';
import { readBestCheckpoint, readLatestCheckpoint } from './readCheckpoint';

export interface LoadModelOptions {
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
  { which = 'latest', onRefused }: LoadModelOptions = {},
): Promise<SequenceModel> {
  const read = which === 'best' ? readBestCheckpoint : readLatestCheckpoint;
  const { checkpoint, refused } = await read(store);
  refused.forEach((sentence) => onRefused?.(sentence));
  const { settings } = checkpoint.manifest;
  // Written from a model's spec and guarded by the manifest's digest.
  const model = modelFromSpec(settings.model as ModelSpec, { seed: settings.seed });
  try {
    restoreModel(model, checkpoint.tensors, checkpoint.path);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}
