import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelFromSpec, type ModelSpec, type SequenceModel } from '@bnrnn/recurrent';
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
 * @param folder  a run folder, or a folder of checkpoints.
 * @returns       a new model, the caller's to dispose.
 * @throws DataError when there is no usable checkpoint.
 */
export async function loadModel(
  folder: string,
  { which = 'latest', onRefused }: LoadModelOptions = {},
): Promise<SequenceModel> {
  const inside = join(folder, 'checkpoints');
  const found = await stat(inside).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const read = which === 'best' ? readBestCheckpoint : readLatestCheckpoint;
  const { checkpoint, refused } = await read(found ? inside : folder);
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
