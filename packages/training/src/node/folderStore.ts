import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError, DataError, errorCode, reasonOf } from '@bnrnn/core';
import { TemporaryFile } from '@bnrnn/core/node';
import type { CheckpointStore, FileParts, StoredFile } from '../checkpoint/checkpointStore';
import { lockFolder } from './lockFolder';

export interface FolderStoreOptions {
  /** Bytes that are read at once; 16 MiB when absent. */
  readonly partBytes?: number;
}

/**
 * Checkpoints as files of a folder, which is made with the first one: each is written under a random
 * temporary name, synced and renamed; a run that writes there keeps others out.
 */
export function folderStore(
  folder: string,
  { partBytes = 2 ** 24 }: FolderStoreOptions = {},
): CheckpointStore {
  return {
    where: folder,
    pathOf: (name) => join(folder, name),
    list: () => namesIn(folder),
    read: (name) => openFile(join(folder, name), partBytes),
    async write(name, parts) {
      try {
        mkdirSync(folder, { recursive: true });
        await writeFile(folder, name, parts);
      } catch (cause) {
        // What a device does not give is no fault of the folder.
        if (cause instanceof BackendError) throw cause;
        throw new DataError(`A checkpoint could not be written to ${folder}: ${reasonOf(cause)}.`, {
          cause,
          hint: 'Is there room on the disk, and may this user write there?',
        });
      }
    },
    remove: (name) => rm(join(folder, name), { force: true }),
    lock: () => Promise.resolve(lockFolder(folder).release),
    hash() {
      const hash = createHash('sha256');
      return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
    },
  };
}

async function writeFile(
  folder: string,
  name: string | (() => string),
  parts: FileParts,
): Promise<void> {
  const temporary = join(folder, `writing-${randomBytes(8).toString('hex')}.tmp`);
  const file = await TemporaryFile.create(temporary);
  try {
    for await (const part of parts) await file.write(part);
    await file.end();
    await file.become(join(folder, typeof name === 'string' ? name : name()));
  } catch (error) {
    await file.abort();
    throw error;
  }
}

async function openFile(path: string, partBytes: number): Promise<StoredFile> {
  const unreadable = (cause: unknown): never => {
    const missing = errorCode(cause) === 'ENOENT';
    const reason = missing ? 'is missing' : `is unreadable: ${reasonOf(cause)}`;
    throw new DataError(`${path} ${reason}.`, { cause });
  };
  const { size } = await stat(path).catch(unreadable);
  // Opened with the first part, so that a file that nobody reads is not left open.
  const parts = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await open(path, 'r').catch(unreadable);
    const part = new Uint8Array(Math.min(partBytes, Math.max(1, size)));
    try {
      for (;;) {
        const { bytesRead } = await file.read(part, 0, part.length).catch(unreadable);
        if (bytesRead === 0) return;
        yield part.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  };
  return { bytes: size, parts: parts() };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw new DataError(`${folder} could not be read as a folder of checkpoints.`, { cause });
  }
}
