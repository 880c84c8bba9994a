import { rmSync } from 'node:fs';

const paths = new Set<string>();

/**
 * Remembers a file or folder that has no name of its own yet, for the process that is ended before it gets one.
 *
 * @returns a function that forgets it again.
 */
export function trackTemporary(path: string): () => void {
  paths.add(path);
  return () => void paths.delete(path);
}

/** Removes every unfinished file and folder of this process: for the handler of a signal that ends it. */
export function removeTemporaries(): void {
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The process ends: nobody is left to be told, and the others are to go too.
    }
  }
  paths.clear();
}
