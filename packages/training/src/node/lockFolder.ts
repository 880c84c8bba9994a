import { randomBytes } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cannotWrite, errorCode, UsageError } from '@bnrnn/core';
import * as v from 'valibot';

/** The lock's name in its folder. */
const lockName = 'run.lock';

const ownerSchema = v.object({
  process: v.number(),
  host: v.string(),
  /** What the system says of the process's start, where it does: a number is given to processes anew. */
  started: v.nullable(v.string()),
  /** Tells two locks of one process apart. */
  token: v.string(),
});

type Owner = v.InferOutput<typeof ownerSchema>;

/** A folder that only this process may write to. */
export interface FolderLock {
  /** True where the folder was not there before. */
  readonly isNew: boolean;
  /** Lets others in; removes what was made of the folder and its parents, as far as it is empty. */
  readonly release: () => void;
}

/**
 * Takes a folder for this process: whoever else asks is refused until it is released or this process is gone.
 *
 * @param folder  made where it is missing.
 * @throws UsageError when a living process of this machine, or any of another, holds it; DataError when the lock
 *   cannot be written.
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, lockName);
  const token = randomBytes(8).toString('hex');
  const owner: Owner = {
    process: process.pid,
    host: hostname(),
    started: statOf(process.pid)?.started ?? null,
    token,
  };
  const text = `${JSON.stringify(owner)}\n`;
  const temporary = join(folder, `${lockName}.${token}`);
  let made: string | undefined;
  try {
    made = mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, text, { flag: 'wx' });
    // A dead owner's lock is removed once; whoever comes in between is alive.
    for (let tries = 0; !take(temporary, file, text); tries++) {
      const held = readOwner(file);
      if (held !== undefined && (tries > 2 || isAlive(held.owner)))
        throw inUse(folder, file, held.owner);
      if (held !== undefined) removeDead(file, held.text, token);
    }
  } catch (cause) {
    removeQuietly(temporary);
    if (made !== undefined) removeEmpty(folder, made);
    if (cause instanceof UsageError) throw cause;
    throw cannotWrite(folder, cause);
  }
  removeQuietly(temporary);
  return {
    isNew: made !== undefined,
    release() {
      if (readOwner(file)?.owner?.token === token) rmSync(file, { force: true });
      if (made !== undefined) removeEmpty(folder, made);
    },
  };
}

/** Removes a folder and its parents up to `top`, until one holds something: nothing else can be lost. */
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

/** Removes a file whose loss or stay changes nothing: the error that comes with it says more. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return;
  }
}

/** Gives the temporary file the lock's name as well, whole or not at all; false when there is one. */
function take(temporary: string, file: string, text: string): boolean {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error))) throw error;
  }
  // A file system without links: another process may see the lock before its content.
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The lock's text and owner, `null` of a text that is none; undefined where there is no lock. */
function readOwner(file: string): { text: string; owner: Owner | null } | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return { text, owner: v.parse(ownerSchema, JSON.parse(text)) };
  } catch {
    return { text, owner: null };
  }
}

/** Removes a lock if it is still the one that was read: between reading and removing another may have come. */
function removeDead(file: string, text: string, token: string): void {
  const aside = `${file}.dead-${token}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== text) linkSync(aside, file);
  rmSync(aside, { force: true });
}

/** False of a lock that nobody can hold: its text is none, or its process of this machine is gone. */
function isAlive(owner: Owner | null): boolean {
  if (owner === null) return false;
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.process, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  const fields = statOf(owner.process);
  if (fields === null) return true;
  // A zombie holds nothing any more; it waits until its parent asks for its status, in a container perhaps for long.
  if (['Z', 'X'].includes(fields.state)) return false;
  return owner.started === null || fields.started === owner.started;
}

/** When a process started, in the system's clock ticks, and its state's letter; null where /proc does not say. */
function statOf(pid: number): { started: string; state: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the name in brackets, may hold spaces; the state is the 3rd and the start the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { started: fields[19] ?? '', state: fields[0] ?? '' };
  } catch {
    return null;
  }
}

function inUse(folder: string, file: string, owner: Owner | null): UsageError {
  const by = owner === null ? 'another process' : `process ${owner.process} of ${owner.host}`;
  const elsewhere = owner !== null && owner.host !== hostname();
  return new UsageError(`${folder} is in use by ${by}; nothing in it was changed.`, {
    hint: elsewhere
      ? `If nothing runs on ${owner.host} any more, delete ${file}.`
      : 'Wait until it ends, or name another folder.',
  });
}
