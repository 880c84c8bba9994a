import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '@bnrnn/core';
import { makeTemporaryFile } from './temporaries';
import { writeFully } from './writeFully';

/**
 * A file under a name of its own that gets another once it is whole: a kill or a power cut at any moment leaves the
 * file that was there, the new one or none, never a part.
 *
 * Every method throws the system's errors.
 */
export class TemporaryFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #forget: () => void;
  #bytes = 0;
  #open = true;

  private constructor(path: string, handle: FileHandle, forget: () => void) {
    this.#path = path;
    this.#handle = handle;
    this.#forget = forget;
  }

  /**
   * @param path  a name that nobody else has: a file that is there is not opened.
   * @param mode  permissions; the user's own when absent.
   */
  static async create(path: string, mode?: number): Promise<TemporaryFile> {
    const forget = makeTemporaryFile(path);
    const discard = async (error: unknown): Promise<never> => {
      await rm(path, { force: true }).catch(() => undefined);
      forget();
      throw error;
    };
    const handle = await open(path, 'r+').catch(discard);
    const file = new TemporaryFile(path, handle, forget);
    try {
      if (mode !== undefined) await handle.chmod(mode & 0o7777);
    } catch (error) {
      await file.abort();
      throw error;
    }
    return file;
  }

  /** Appends all of the bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    await writeFully(this.#handle, bytes);
    this.#bytes += bytes.length;
  }

  /** Ends the file: all of it is on the disk afterwards. */
  async end(): Promise<void> {
    await this.#handle.sync();
    const { size } = await this.#handle.stat();
    await this.#close();
    if (size === this.#bytes) return;
    throw Object.assign(new Error(`${size} of ${this.#bytes} bytes were written`), { code: 'EIO' });
  }

  /** Gives the ended file its name, in place of what has it; the name is on the disk afterwards. */
  async become(path: string): Promise<void> {
    await rename(this.#path, path);
    this.#forget();
    await syncFolder(dirname(path));
  }

  /** Removes the file: the error that led here says more than one of removing it. */
  async abort(): Promise<void> {
    await this.#close().catch(() => undefined);
    await rm(this.#path, { force: true }).catch(() => undefined);
    this.#forget();
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
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
    if (!['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP', 'EACCES'].includes(errorCode(error))) throw error;
  }
}
