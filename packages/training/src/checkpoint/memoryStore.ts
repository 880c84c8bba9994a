import { DataError } from '@bnrnn/core';
import type { CheckpointStore } from './checkpointStore';

/** Checkpoints in memory, and their files. */
export interface MemoryStore extends CheckpointStore {
  readonly files: ReadonlyMap<string, Blob>;
}

/**
 * Checkpoints in memory: where they are handed on. A page fills it with the files that its reader has picked, and
 * copies them from there (`copyCheckpoint`); what it copies there can be offered for download.
 *
 * @param files  by name, as a browser's `File` has one.
 */
export function memoryStore(files: Iterable<Blob & { readonly name: string }> = []): MemoryStore {
  const held = new Map<string, Blob>(Array.from(files, (file) => [file.name, file]));
  return {
    where: 'memory',
    files: held,
    pathOf: (name) => name,
    list: () => Promise.resolve([...held.keys()].sort()),
    read(name) {
      const file = held.get(name);
      if (file === undefined) return Promise.reject(new DataError(`${name} is missing.`));
      return Promise.resolve({ bytes: file.size, parts: file.stream() });
    },
    async write(name, parts) {
      const copies: Uint8Array<ArrayBuffer>[] = [];
      for await (const part of parts) copies.push(Uint8Array.from(part));
      held.set(typeof name === 'string' ? name : name(), new Blob(copies));
    },
    remove(name) {
      held.delete(name);
      return Promise.resolve();
    },
  };
}
