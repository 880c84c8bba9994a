import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, UsageError } from '@bnrnn/core';
import { lockFolder, type FolderLock } from '@bnrnn/training/node';

/** A folder that is there, can be written to, and is this process's alone until its release. */
export interface TakenFolder extends FolderLock {
  readonly folder: string;
}

/**
 * Makes a folder, with its parents, where it is missing, and keeps others out.
 *
 * @throws UsageError when another process has it; DataError when it cannot be made or written to.
 */
export function takeFolder(folder: string): TakenFolder {
  try {
    return { folder, ...lockFolder(folder) };
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new DataError(`The folder ${folder} cannot be made or written to: ${cause.message}`, {
      hint: 'Name another one with --out, or look at its owner and at what stands in its path.',
      cause: cause.cause,
    });
  }
}

/** Takes the first of runs/NAME, runs/NAME-2, ... that is not there: no other command takes the same. */
export function takeFreeFolder(name: string): TakenFolder {
  for (let k = 1; ; k++) {
    const folder = join('runs', k === 1 ? name : `${name}-${k}`);
    const taken = existsSync(folder) ? undefined : takeUnlessUsed(folder);
    if (taken?.isNew === true) return taken;
    taken?.release();
  }
}

function takeUnlessUsed(folder: string): TakenFolder | undefined {
  try {
    return takeFolder(folder);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
