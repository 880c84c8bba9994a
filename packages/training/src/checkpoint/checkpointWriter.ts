import { BnrnnError, Sha256 } from '@bnrnn/core';
import type { Progress } from '../progress';
import {
  listCheckpoints,
  manifestNameOf,
  removeAllBut,
  tensorsNameOf,
  type CheckpointEntry,
} from './checkpointFiles';
import type { CheckpointStore } from './checkpointStore';
import { tensorsOfRun, type RunTensors } from './checkpointTensors';
import { encodeManifest, type Manifest, type RunSettings } from './manifest';
import { readManifest } from './readCheckpoint';
import { encodeSafetensors } from './safetensors';

/** Where and how often a run is saved. */
export interface CheckpointOptions {
  /** Holds nothing but checkpoints. */
  readonly store: CheckpointStore;
  /** Saves after every so many steps besides the end of each epoch. */
  readonly everySteps?: number;
  /** How many of the newest checkpoints stay, besides the best; 2 when absent. */
  readonly keep?: number;
  /**
   * Called before the file that makes a checkpoint one is written: what must be on the disk no later, such as a log
   * of the events so far, is synced there.
   */
  readonly beforeCommit?: () => void | Promise<void>;
}

export interface SaveOptions {
  readonly run: RunTensors;
  readonly settings: RunSettings;
  readonly progress: Progress;
  readonly meta: unknown;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Writes the checkpoints of one run into a store and removes those that are no longer needed. */
export class CheckpointWriter {
  readonly #store: CheckpointStore;
  readonly #keep: number;
  readonly #beforeCommit: CheckpointOptions['beforeCommit'];
  #newest: string | undefined;

  constructor({ store, keep = 2, beforeCommit }: CheckpointOptions) {
    this.#store = store;
    this.#keep = keep;
    this.#beforeCommit = beforeCommit;
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
   * @throws DataError when the store cannot be written.
   */
  async save({ run, settings, progress, meta, at }: SaveOptions): Promise<string> {
    const { step } = progress;
    const tensors = await this.#writeTensors(run, step);
    const manifest: Manifest = {
      format: 'bnrnn checkpoint 1',
      tensors,
      settings,
      progress,
      ...(meta !== undefined && { meta }),
      at,
    };
    await this.#beforeCommit?.();
    const name = manifestNameOf(step);
    await this.#store.write(name, [new TextEncoder().encode(encodeManifest(manifest))]);
    const path = this.#store.pathOf(name);
    this.#newest = path;
    await this.#prune(step);
    return path;
  }

  async #writeTensors(run: RunTensors, step: number): Promise<Manifest['tensors']> {
    const hash = this.#store.hash?.() ?? new Sha256();
    let bytes = 0;
    const parts = async function* () {
      for await (const part of encodeSafetensors(tensorsOfRun(run), { format: 'bnrnn' })) {
        hash.update(part);
        bytes += part.byteLength;
        yield part;
      }
    };
    let named: { file: string; sha256: string } | undefined;
    const name = (): string => {
      const sha256 = hash.hex();
      named = { file: tensorsNameOf(step, sha256), sha256 };
      return named.file;
    };
    await this.#store.write(name, parts());
    if (named === undefined) throw new BnrnnError(`${this.#store.where} gave a file no name.`);
    return { ...named, bytes };
  }

  /** Keeps the newest few and every best that one of them names; later steps are of a past the run left. */
  async #prune(step: number): Promise<void> {
    const store = this.#store;
    const entries = (await listCheckpoints(store)).filter((entry) => entry.step <= step);
    const newest = await readManifests(store, entries.slice(0, this.#keep));
    const bests = new Set(newest.map(({ manifest }) => manifest.progress.best?.step));
    const older = await readManifests(
      store,
      entries.slice(this.#keep).filter((entry) => bests.has(entry.step)),
    );
    const kept = [...newest, ...older].flatMap(({ name, manifest }) => [
      name,
      manifest.tensors.file,
    ]);
    await removeAllBut(store, new Set(kept));
  }
}

/** The manifests that can be read; one that cannot is of no use to keep. */
async function readManifests(
  store: CheckpointStore,
  entries: readonly CheckpointEntry[],
): Promise<{ name: string; manifest: Manifest }[]> {
  const read: { name: string; manifest: Manifest }[] = [];
  for (const { name } of entries) {
    try {
      read.push({ name, manifest: await readManifest(store, name) });
    } catch (error) {
      if (!(error instanceof BnrnnError)) throw error;
    }
  }
  return read;
}
