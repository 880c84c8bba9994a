import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BnrnnError, DataError } from '@bnrnn/core';
import { listCheckpoints, manifestNameOf } from './checkpointFolder';
import { decodeManifest, type Manifest } from './manifest';
import { decodeSafetensors, type StoredTensor } from './safetensors';

/** A checkpoint that was read whole. */
export interface Checkpoint {
  /** The manifest's path. */
  readonly path: string;
  readonly manifest: Manifest;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The newest usable checkpoint, and a sentence for each newer one that was refused. */
export interface LatestCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly refused: readonly string[];
}

/**
 * Reads and checks one checkpoint.
 *
 * @param path  its manifest, `step-….json`.
 * @throws DataError when either file is missing, truncated or altered.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const manifest = decodeManifest((await readWhole(path)).toString('utf8'), path);
  const { file, bytes, sha256 } = manifest.tensors;
  const tensorsPath = join(dirname(path), file);
  const data = await readWhole(tensorsPath);
  if (data.length !== bytes) {
    const what = data.length < bytes ? 'is truncated' : 'was altered';
    throw new DataError(`${tensorsPath} ${what}: ${data.length} bytes, expected ${bytes}.`);
  }
  if (createHash('sha256').update(data).digest('hex') !== sha256) {
    throw new DataError(`${tensorsPath} was altered: its SHA-256 is not the manifest's.`);
  }
  return { path, manifest, tensors: decodeSafetensors(data, tensorsPath) };
}

/**
 * Reads the newest checkpoint of a folder that is whole.
 *
 * @throws DataError when the folder has none; the message says why each was refused.
 */
export async function readLatestCheckpoint(folder: string): Promise<LatestCheckpoint> {
  const refused: string[] = [];
  for (const { path } of await listCheckpoints(folder)) {
    try {
      return { checkpoint: await readCheckpoint(path), refused };
    } catch (error) {
      if (!(error instanceof BnrnnError)) throw error;
      refused.push(error.message);
    }
  }
  if (refused.length === 0) throw new DataError(`${folder} has no checkpoint.`);
  throw new DataError(`${folder} has no usable checkpoint. ${refused.join(' ')}`);
}

/**
 * Reads the checkpoint with the best validation, as the newest usable one names it; that one itself
 * when nothing was evaluated or the best cannot be read.
 *
 * @throws DataError when the folder has no usable checkpoint.
 */
export async function readBestCheckpoint(folder: string): Promise<LatestCheckpoint> {
  const latest = await readLatestCheckpoint(folder);
  const { best, step } = latest.checkpoint.manifest.progress;
  if (best === null || best.step === step) return latest;
  try {
    const checkpoint = await readCheckpoint(join(folder, manifestNameOf(best.step)));
    return { checkpoint, refused: latest.refused };
  } catch (error) {
    if (!(error instanceof BnrnnError)) throw error;
    return { ...latest, refused: [...latest.refused, error.message] };
  }
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : 'is unreadable';
    throw new DataError(`${path} ${reason}.`, { cause });
  }
}
