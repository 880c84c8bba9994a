import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointStore } from '../checkpoint/checkpointStore';
import { folderStore } from './folderStore';

/** The checkpoints of a run folder, or of a folder of checkpoints. */
export async function checkpointsOf(folder: string): Promise<CheckpointStore> {
  const inside = join(folder, 'checkpoints');
  const found = await stat(inside).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  return folderStore(found ? inside : folder);
}
