import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** Bytes that one call of the system is given; it takes less than 2 GiB. */
const mostAtOnce = 2 ** 30;

/**
 * Writes all of some bytes: the system may take a part of them, e.g. on a disk that is nearly full.
 *
 * @throws the system's error where it takes no more.
 */
export async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(mostAtOnce, bytes.length - done);
    const { bytesWritten } = await file.write(bytes, done, length, null);
    done += expectProgress(bytesWritten);
  }
}

/** The same at once; `write` is the system's. */
export function writeFullySync(
  descriptor: number,
  bytes: Uint8Array,
  write: (
    descriptor: number,
    bytes: Uint8Array,
    from: number,
    length: number,
  ) => number = writeSync,
): void {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(mostAtOnce, bytes.length - done);
    done += expectProgress(write(descriptor, bytes, done, length));
  }
}

/** A system that takes nothing and reports nothing would be asked for ever. */
function expectProgress(written: number): number {
  if (written > 0) return written;
  throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
}
