import { basename } from 'node:path';
import { BnrnnError } from '@bnrnn/core';
import type { Progress } from '../progress';
import {
  listCheckpoints,
  manifestNameOf,
  removeAllBut,
  tensorsNameOf,
  type CheckpointEntry,
} from './checkpointFolder';
import { tensorsOfRun, type RunTensors } from './checkpointTensors';
import { decodeManifest, encodeManifest, type Manifest, type RunSettings } from './manifest';
import { encodeSafetensors } from './safetensors';
import { writeFileSafely } from './writeFileSafely';
import { readFile } from 'node:fs/promises';

export interface SaveOptions {
  readonly run: RunTensors;
  readonly settings: RunSettings;
  readonly progress: Progress;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Writes the checkpoints of one run into a folder and removes those that are no longer needed. */
export class CheckpointWriter {
  readonly #folder: string;
  readonly #keep: number;
  #newest: string | undefined;

  /** @param keep  how many of the newest stay, besides the best. */
  constructor(folder: string, keep: number) {
    this.#folder = folder;
    this.#keep = keep;
  }

  /** The manifest of the newest checkpoint, written here or resumed from. */
  get newest(): string | undefined {
    return this.#newest;
  }

  set newest(path: string | undefined) {
    this.#newest = path;
  }

  /**
   * Writes one checkpoint: the numbers, then the manifest that makes it one.
   *
   * @returns the manifest's path.
   * @throws DataError when the folder cannot be written.
   */
  async save({ run, settings, progress, at }: SaveOptions): Promise<string> {
    const { step } = progress;
    const tensors = await writeFileSafely(
      this.#folder,
      encodeSafetensors(tensorsOfRun(run), { format: 'bnrnn' }),
      (sha256) => tensorsNameOf(step, sha256),
    );
    const manifest: Manifest = {
      format: 'bnrnn checkpoint 1',
      tensors: { file: basename(tensors.path), bytes: tensors.bytes, sha256: tensors.sha256 },
      settings,
      progress,
      at,
    };
    const text = new TextEncoder().encode(encodeManifest(manifest));
    const { path } = await writeFileSafely(this.#folder, [text], () => manifestNameOf(step));
    this.#newest = path;
    await this.#prune(step);
    return path;
  }

  /** Keeps the newest few and every best that one of them names; later steps are of a past the run left. */
  async #prune(step: number): Promise<void> {
    const entries = (await listCheckpoints(this.#folder)).filter((entry) => entry.step <= step);
    const newest = await readManifests(entries.slice(0, this.#keep));
    const bests = new Set(newest.map(({ manifest }) => manifest.progress.best?.step));
    const older = await readManifests(
      entries.slice(this.#keep).filter((entry) => bests.has(entry.step)),
    );
    const kept = [...newest, ...older].flatMap(({ path, manifest }) => [
      basename(path),
      manifest.tensors.file,
    ]);
    await removeAllBut(this.#folder, new Set(kept));
  }
}

/** The manifests that can be read; one that cannot is of no use to keep. */
async function readManifests(
  entries: readonly CheckpointEntry[],
): Promise<{ path: string; manifest: Manifest }[]> {
  const read: { path: string; manifest: Manifest }[] = [];
  for (const { path } of entries) {
    try {
      read.push({ path, manifest: decodeManifest(await readFile(path, 'utf8'), path) });
    } catch (error) {
      if (!(error instanceof BnrnnError)) throw error;
    }
  }
  return read;
}
