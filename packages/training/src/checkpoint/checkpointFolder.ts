import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@bnrnn/core';

const manifestName = /^step-(\d+)\.json$/;
const ours = /^(step-\d+(-[0-9a-f]+)?\.(json|safetensors)|writing-\d+\.tmp)$/;

/** A checkpoint by its manifest; nothing says yet that it is whole. */
export interface CheckpointEntry {
  readonly step: number;
  /** The manifest's path. */
  readonly path: string;
}

export function manifestNameOf(step: number): string {
  return `step-${step.toString().padStart(8, '0')}.json`;
}

/** Named after its content, so that one checkpoint never overwrites the tensors of another. */
export function tensorsNameOf(step: number, sha256: string): string {
  return `step-${step.toString().padStart(8, '0')}-${sha256.slice(0, 12)}.safetensors`;
}

/** The checkpoints of a folder, newest first; none when the folder is missing. */
export async function listCheckpoints(folder: string): Promise<CheckpointEntry[]> {
  const names = await namesIn(folder);
  return names
    .flatMap((name) => {
      const match = manifestName.exec(name);
      return match === null ? [] : [{ step: Number(match[1]), path: join(folder, name) }];
    })
    .sort((a, b) => b.step - a.step);
}

/** Removes every file of ours in a folder but those named; files of others stay. */
export async function removeAllBut(folder: string, kept: ReadonlySet<string>): Promise<void> {
  const names = await namesIn(folder);
  const gone = names.filter((name) => ours.test(name) && !kept.has(name));
  // A kill in between may leave numbers without a manifest, never a manifest without numbers.
  gone.sort((a, b) => Number(b.endsWith('.json')) - Number(a.endsWith('.json')));
  for (const name of gone) await rm(join(folder, name), { force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new DataError(`${folder} could not be read as a folder of checkpoints.`, { cause });
  }
}
