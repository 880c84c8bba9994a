import { BnrnnError, DataError, Sha256 } from '@bnrnn/core';
import { listCheckpoints, manifestNameOf } from './checkpointFiles';
import type { CheckpointStore } from './checkpointStore';
import { decodeManifest, type Manifest } from './manifest';
import { PartReader } from './partReader';
import { readSafetensors, type StoredTensor } from './safetensors';

const longestManifest = 2 ** 24;

/** A checkpoint that was read whole. */
export interface Checkpoint {
  /** The manifest's name in its store. */
  readonly name: string;
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
 * @param name  its manifest, `step-….json`.
 * @throws DataError when either file is missing, truncated or altered.
 */
export async function readCheckpoint(store: CheckpointStore, name: string): Promise<Checkpoint> {
  const manifest = await readManifest(store, name);
  const { file, bytes, sha256 } = manifest.tensors;
  const where = store.pathOf(file);
  const stored = await store.read(file);
  if (stored.bytes !== bytes) {
    const what = stored.bytes < bytes ? 'is truncated' : 'was altered';
    throw new DataError(`${where} ${what}: ${stored.bytes} bytes, expected ${bytes}.`);
  }
  const hash = store.hash?.() ?? new Sha256();
  const reader = new PartReader(stored, where, hash);
  try {
    const result = await readSafetensors(reader, bytes, where).then(
      (read) => ({ read }),
      (error: unknown) => ({ error }),
    );
    await reader.drain();
    // Of a file that was altered, what its header says means nothing.
    if (hash.hex() !== sha256) {
      throw new DataError(`${where} was altered: its SHA-256 is not the manifest's.`);
    }
    if ('error' in result) throw result.error;
    return { name, path: store.pathOf(name), manifest, tensors: result.read };
  } finally {
    await reader.close();
  }
}

/** @throws DataError when the manifest is missing, truncated or altered. */
export async function readManifest(store: CheckpointStore, name: string): Promise<Manifest> {
  const where = store.pathOf(name);
  const file = await store.read(name);
  const reader = new PartReader(file, where, { update: () => undefined, hex: () => '' });
  try {
    if (file.bytes > longestManifest) {
      throw new DataError(
        `${where} is ${file.bytes} bytes, expected a manifest of at most 16 MiB.`,
      );
    }
    return decodeManifest(new TextDecoder().decode(await reader.take(file.bytes)), where);
  } finally {
    await reader.close();
  }
}

/**
 * Reads the newest checkpoint of a store that is whole.
 *
 * @throws DataError when it has none; the message says why each was refused.
 */
export async function readLatestCheckpoint(store: CheckpointStore): Promise<LatestCheckpoint> {
  const refused: string[] = [];
  for (const { name } of await listCheckpoints(store)) {
    try {
      return { checkpoint: await readCheckpoint(store, name), refused };
    } catch (error) {
      if (!(error instanceof BnrnnError)) throw error;
      refused.push(error.message);
    }
  }
  if (refused.length === 0) throw new DataError(`${store.where} has no checkpoint.`);
  throw new DataError(`${store.where} has no usable checkpoint. ${refused.join(' ')}`);
}

/** The newest manifest that can be read, its tensors unread; undefined where there is none. */
export async function readLatestManifest(
  store: CheckpointStore,
): Promise<{ readonly path: string; readonly manifest: Manifest } | undefined> {
  for (const { name } of await listCheckpoints(store)) {
    try {
      return { path: store.pathOf(name), manifest: await readManifest(store, name) };
    } catch (error) {
      if (!(error instanceof BnrnnError)) throw error;
    }
  }
  return undefined;
}

/**
 * Reads the checkpoint with the best validation, as the newest usable one names it; that one itself
 * when nothing was evaluated or the best cannot be read.
 *
 * @throws DataError when it has no usable checkpoint.
 */
export async function readBestCheckpoint(store: CheckpointStore): Promise<LatestCheckpoint> {
  const latest = await readLatestCheckpoint(store);
  const { best, step } = latest.checkpoint.manifest.progress;
  if (best === null || best.step === step) return latest;
  try {
    const checkpoint = await readCheckpoint(store, manifestNameOf(best.step));
    return { checkpoint, refused: latest.refused };
  } catch (error) {
    if (!(error instanceof BnrnnError)) throw error;
    return { ...latest, refused: [...latest.refused, error.message] };
  }
}
