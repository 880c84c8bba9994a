import { accessSync, constants, mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DataError } from '@bnrnn/core';

/** A folder that is there and can be written to. */
export interface TakenFolder {
  readonly folder: string;
  /** False where it was there already. */
  readonly isNew: boolean;
  /** Removes what was made of the folder and its parents, as far as it is empty: nothing else can be lost. */
  release(): void;
}

/**
 * Makes a folder, with its parents, where it is missing.
 *
 * @throws DataError when it cannot be made or written to.
 */
export function takeFolder(folder: string): TakenFolder {
  let made: string | undefined;
  try {
    made = mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new DataError(`The folder ${folder} cannot be made or written to.`, {
      hint: 'Name another one with --out, or look at its owner and at what stands in its path.',
      cause,
    });
  }
  return {
    folder,
    isNew: made !== undefined,
    release: () => {
      if (made !== undefined) removeEmpty(folder, made);
    },
  };
}

/** Takes the first of runs/NAME, runs/NAME-2, ... that is not there: no other command takes the same. */
export function takeFreeFolder(name: string): TakenFolder {
  for (let k = 1; ; k++) {
    const taken = takeFolder(join('runs', k === 1 ? name : `${name}-${k}`));
    if (taken.isNew) return taken;
  }
}

/** Removes a folder and its parents up to `top`, until one holds something. */
function removeEmpty(folder: string, top: string): void {
  const last = resolve(top).length;
  for (let at = resolve(folder); at.length >= last; at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return;
    }
  }
}
