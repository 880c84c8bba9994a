import { manifestNameOf } from './checkpointFiles';
import type { CheckpointStore } from './checkpointStore';
import { readBestCheckpoint, readLatestCheckpoint } from './readCheckpoint';

/**
 * Copies the newest usable checkpoint of a store to another one, and the best where it is an earlier one: the same
 * bytes under the same names. So a page's checkpoints become files that Node reads, and the other way round.
 *
 * @returns the step of the newest.
 * @throws DataError where there is no usable checkpoint, or where it cannot be written.
 */
export async function copyCheckpoint(from: CheckpointStore, to: CheckpointStore): Promise<number> {
  // Read whole first: what is spoiled is not handed on.
  const [best, latest] = [await readBestCheckpoint(from), await readLatestCheckpoint(from)];
  const manifests = [best, latest].map(({ checkpoint }) => checkpoint.manifest);
  const { step } = latest.checkpoint.manifest.progress;
  // The numbers first: a manifest without them would be a checkpoint that cannot be used.
  const names = manifests.flatMap(({ tensors, progress }) => [
    tensors.file,
    manifestNameOf(progress.step),
  ]);
  for (const name of new Set(names)) {
    const { parts } = await from.read(name);
    await to.write(name, parts);
  }
  return step;
}
