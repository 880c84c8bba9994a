import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError } from '@bnrnn/core';

/** What was written. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes a file so that a kill or a power cut at any moment leaves the old one, the new one or none,
 * never a part: temporary file, sync, rename, sync of the folder.
 *
 * @param nameOf  the file's name, given the SHA-256 of what was written.
 * @throws DataError when the folder cannot be written.
 */
export async function writeFileSafely(
  folder: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  nameOf: (sha256: string) => string,
): Promise<WrittenFile> {
  const temporary = join(folder, `writing-${process.pid}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const hash = createHash('sha256');
    let bytes = 0;
    const file = await open(temporary, 'w');
    try {
      for await (const piece of pieces) {
        hash.update(piece);
        await writeAll(file, piece);
        bytes += piece.byteLength;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const sha256 = hash.digest('hex');
    const path = join(folder, nameOf(sha256));
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return { path, bytes, sha256 };
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`A checkpoint could not be written to ${folder}: ${reason}.`, {
      cause,
      hint: 'Is there room on the disk, and may this user write there?',
    });
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.byteLength;) {
    const { bytesWritten } = await file.write(piece, done);
    done += bytesWritten;
  }
}

/** A rename is on the disk only when its folder is; systems that cannot sync a folder do without. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(code)) throw error;
  }
}
