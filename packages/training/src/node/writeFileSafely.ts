import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileParts } from '../checkpoint/checkpointStore';
import { errorCode } from './errorCode';

/** Bytes that one call of the system writes; it takes less than 2 GiB. */
const mostAtOnce = 2 ** 30;

/**
 * Writes a file so that a kill or a power cut at any moment leaves the old one, the new one or none,
 * never a part: a temporary file under a random name that nobody else has, sync, rename, sync of the
 * folder.
 *
 * @param folder  is there.
 * @param name    a function is asked after the last part.
 * @throws the system's error when it cannot be written; the temporary file is gone then.
 */
export async function writeFileSafely(
  folder: string,
  parts: FileParts,
  name: string | (() => string),
): Promise<void> {
  const temporary = join(folder, `writing-${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx');
  try {
    try {
      for await (const part of parts) await writeAll(file, part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, typeof name === 'string' ? name : name()));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, part: Uint8Array): Promise<void> {
  for (let done = 0; done < part.byteLength;) {
    const length = Math.min(mostAtOnce, part.byteLength - done);
    const { bytesWritten } = await file.write(part, done, length);
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
    if (!['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(errorCode(error))) throw error;
  }
}
