import { UsageError } from '@bnrnn/core';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fault, reason } from '../bytes/fault';

let staged = 0;

/** A folder that is filled under a temporary name beside its own. */
export interface StagedFolder {
  /** Where to write. */
  readonly path: string;
  /** The absolute path that it will have. */
  readonly target: string;
  /** Gives it its name. */
  commit(): Promise<void>;
  /** Removes all of it. */
  abort(): Promise<void>;
}

/**
 * Makes a folder that appears under its name only when it is whole.
 *
 * @throws UsageError when the name is taken by anything but an empty folder; DataError when it cannot be made.
 */
export async function stageFolder(folder: string): Promise<StagedFolder> {
  const target = resolve(folder);
  const failed = (cause: unknown): never => {
    throw fault({ file: folder }, `cannot be made: ${reason(cause)}.`, {
      hint: 'Name a folder that is new or empty.',
      cause,
    });
  };
  const there = await readdir(target).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    return failed(cause);
  });
  if (there.length > 0) {
    throw new UsageError(`${folder} holds files already, expected a new folder.`, {
      hint: 'Name another folder, or remove this one first.',
    });
  }
  await mkdir(dirname(target), { recursive: true }).catch(failed);
  const path = `${target}.${process.pid}-${++staged}.partial`;
  await mkdir(path).catch(failed);
  return {
    path,
    target,
    commit: () => rename(path, target).catch(failed),
    abort: () => rm(path, { recursive: true, force: true }),
  };
}
