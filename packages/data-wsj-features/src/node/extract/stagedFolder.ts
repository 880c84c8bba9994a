import { errorCode, reasonOf, UsageError } from '@bnrnn/core';
import { followLinks, makeTemporaryFolder } from '@bnrnn/core/node';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fault } from '../../bytes/fault';

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
 * Makes a folder that appears under its name only when it is whole. A link of that name is followed.
 *
 * @throws UsageError when the name is taken by anything but an empty folder; DataError when it cannot be made.
 */
export async function stageFolder(folder: string): Promise<StagedFolder> {
  const target = resolve(folder);
  const failed = (cause: unknown): never => {
    throw fault({ file: folder }, `cannot be made: ${reasonOf(cause)}.`, {
      hint: 'Name a folder that is new or empty.',
      cause,
    });
  };
  const there = await readdir(target).catch((cause: unknown) => {
    if (errorCode(cause) === 'ENOENT') return [];
    return failed(cause);
  });
  if (there.length > 0) {
    throw new UsageError(`${folder} holds files already, expected a new folder.`, {
      hint: 'Name another folder, or remove this one first.',
    });
  }
  await mkdir(dirname(target), { recursive: true }).catch(failed);
  const place = await followLinks(target).catch(failed);
  const path = `${place}.${randomBytes(8).toString('hex')}.partial`;
  const forget = madeAt(path, failed);
  return {
    path,
    target,
    async commit() {
      await rename(path, place).catch(failed);
      forget();
    },
    async abort() {
      await rm(path, { recursive: true, force: true });
      forget();
    },
  };
}

function madeAt(path: string, failed: (cause: unknown) => never): () => void {
  try {
    return makeTemporaryFolder(path);
  } catch (cause) {
    return failed(cause);
  }
}
