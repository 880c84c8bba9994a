import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

const paths = new Set<string>();

/**
 * Makes an empty file that has no name of its own yet, and remembers it for the process that is ended before it gets
 * one. Both happen in one go: a signal that came between them would leave the file behind.
 *
 * @param path  where nothing is.
 * @returns a function that forgets it again.
 * @throws the system's errors.
 */
export function makeTemporaryFile(path: string): () => void {
  writeFileSync(path, '', { flag: 'wx' });
  return remember(path);
}

/** Makes a folder as `makeTemporaryFile` makes a file. */
export function makeTemporaryFolder(path: string): () => void {
  mkdirSync(path);
  return remember(path);
}

function remember(path: string): () => void {
  paths.add(path);
  return () => void paths.delete(path);
}

/** Removes every unfinished file and folder of this process: for the handler of a signal that ends it. */
export function removeTemporaries(): void {
  for (const path of paths) {
    try {
      // A write that is under way may add to a folder while it is emptied.
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 10 });
    } catch {
      // The process ends: nobody is left to be told, and the others are to go too.
    }
  }
  paths.clear();
}
