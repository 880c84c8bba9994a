import { BackendError, DataError, UsageError } from '@bnrnn/core';
import type { CheckpointStore, FileParts, StoredFile } from '../checkpoint/checkpointStore';

/** What TypeScript's types of browsers do not know yet: Chromium, Firefox and Safari have it for their private files. */
interface MovableFile extends FileSystemFileHandle {
  move(name: string): Promise<void>;
}

/**
 * Checkpoints in the private file system of a page's origin: they outlive the tab, and no other origin sees them. Each
 * file is written under another name, closed and moved; a run that writes there keeps other tabs and workers out until
 * it ends or its tab is gone.
 *
 * @param folder  a path below the origin's root, e.g. `runs/first`; made with the first file.
 * @throws UsageError where this runtime has no such file system, or the path has an empty part.
 * @see https://fs.spec.whatwg.org/
 */
export function opfsStore(folder: string): CheckpointStore {
  const parts = folder.split('/');
  if (parts.some((part) => ['', '.', '..'].includes(part))) {
    throw new UsageError(`opfsStore: folder is "${folder}", expected names with / between them.`);
  }
  const { storage } = navigator as { storage?: StorageManager };
  if (storage?.getDirectory === undefined) {
    throw new UsageError('opfsStore: this runtime has no private file system.', {
      hint: 'A page needs a secure context (https, or localhost) and Chromium 86, Firefox 111, Safari 26 or later.',
    });
  }
  const open = async (create: boolean): Promise<FileSystemDirectoryHandle> => {
    let at = await storage.getDirectory();
    for (const part of parts) at = await at.getDirectoryHandle(part, { create });
    return at;
  };
  const pathOf = (name: string): string => `${folder}/${name}`;
  return {
    where: folder,
    pathOf,
    async list() {
      const names: string[] = [];
      try {
        for await (const name of (await open(false)).keys()) names.push(name);
      } catch (cause) {
        if (!isMissing(cause)) throw cannotRead(folder, cause);
      }
      return names;
    },
    async read(name): Promise<StoredFile> {
      try {
        const file = await (await (await open(false)).getFileHandle(name)).getFile();
        return { bytes: file.size, parts: partsOf(file, pathOf(name)) };
      } catch (cause) {
        throw cannotRead(pathOf(name), cause);
      }
    },
    async write(name, content) {
      try {
        await writeFile(await open(true), name, content);
      } catch (cause) {
        // What a device does not give is no fault of the files.
        if (cause instanceof BackendError) throw cause;
        throw await cannotWrite(folder, cause, storage);
      }
    },
    async remove(name) {
      try {
        await (await open(false)).removeEntry(name);
      } catch (cause) {
        if (!isMissing(cause)) throw await cannotWrite(pathOf(name), cause, storage);
      }
    },
    lock: () => takeLock(folder),
  };
}

async function writeFile(
  folder: FileSystemDirectoryHandle,
  name: string | (() => string),
  parts: FileParts,
): Promise<void> {
  const temporary = `writing-${crypto.randomUUID()}.tmp`;
  const file = (await folder.getFileHandle(temporary, { create: true })) as MovableFile;
  try {
    const stream = await file.createWritable();
    try {
      // A copy: what lies in shared memory is refused.
      for await (const part of parts) await stream.write(Uint8Array.from(part));
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => undefined);
      throw error;
    }
    await file.move(typeof name === 'string' ? name : name());
  } catch (error) {
    await folder.removeEntry(temporary).catch(() => undefined);
    throw error;
  }
}

async function* partsOf(file: File, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw cannotRead(path, cause);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The lock goes with its tab or worker, however that ends. */
function takeLock(folder: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      if (lock !== null) return new Promise<void>((release) => resolve(() => release()));
      reject(
        new UsageError(`${folder} is in use by another tab; nothing in it was changed.`, {
          hint: 'Close the other tab, or name another folder.',
        }),
      );
      return undefined;
    };
    navigator.locks
      .request(`bnrnn checkpoints ${folder}`, { ifAvailable: true }, held)
      .catch(reject);
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}

function saidBy(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function cannotRead(path: string, cause: unknown): DataError {
  const reason = isMissing(cause) ? 'is missing' : `is unreadable: ${saidBy(cause)}`;
  return new DataError(`${path} ${reason}.`, { cause });
}

async function cannotWrite(
  path: string,
  cause: unknown,
  storage: StorageManager,
): Promise<DataError> {
  const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
  // The quota that browsers tell is not the one they keep to.
  const { usage = 0 } = isFull ? await storage.estimate() : {};
  const mib = Math.ceil(usage / 2 ** 20).toLocaleString('en');
  const reason = isFull
    ? `the browser lets this page store no more than the ${mib} MiB that it holds`
    : saidBy(cause);
  return new DataError(`A checkpoint could not be written to ${path}: ${reason}.`, {
    cause,
    ...(isFull && {
      hint: 'Remove older runs of this page, free space on the disk, or keep fewer checkpoints.',
    }),
  });
}
