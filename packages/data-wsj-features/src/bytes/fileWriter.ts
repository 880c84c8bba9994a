import { DataError } from '@bnrnn/core';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { createGzip } from 'node:zlib';
import { reason } from './fault';

let written = 0;

/**
 * Writes a file under a temporary name beside it; only `commit` gives it its own, after the bytes have reached the
 * disk, so that a reader never sees half a file. A name that ends in `.gz` is packed.
 */
export class FileWriter {
  /** Bytes so far, before packing. */
  position = 0;
  readonly #temporary: string;
  readonly #head: PassThrough | ReturnType<typeof createGzip>;
  readonly #done: Promise<void>;
  #failure: unknown;

  constructor(readonly path: string) {
    this.#temporary = `${path}.${process.pid}-${++written}.partial`;
    const file = createWriteStream(this.#temporary, { highWaterMark: 1 << 20, flush: true });
    this.#head = path.endsWith('.gz') ? createGzip() : new PassThrough({ highWaterMark: 1 << 20 });
    this.#done = pipeline(this.#head, file).catch((cause: unknown) => void (this.#failure = cause));
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    this.#check();
    this.position += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
    if (!this.#head.write(bytes)) {
      const drained = once(this.#head, 'drain').catch(() => this.#done);
      await Promise.race([drained, this.#done]);
    }
    this.#check();
  }

  /** Ends the temporary file; everything written is on the disk afterwards. */
  async end(): Promise<void> {
    this.#head.end();
    await this.#done;
    this.#check();
  }

  /** Gives the ended file its name. */
  async commit(): Promise<void> {
    await rename(this.#temporary, this.path).catch((cause: unknown) => {
      this.#failure = cause;
      throw this.#refusal();
    });
  }

  /** Removes what was written. */
  async abort(): Promise<void> {
    this.#head.destroy();
    await this.#done;
    await rm(this.#temporary, { force: true });
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#refusal();
  }

  #refusal(): DataError {
    const cause = this.#failure;
    // A file that is to be made can only lack its folder.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      return new DataError(
        `${this.path}: cannot be written: there is no such file or folder as ${dirname(this.path)}.`,
        { hint: 'Make the folder first, or name another one.', cause },
      );
    }
    return new DataError(`${this.path}: cannot be written: ${reason(cause)}.`, { cause });
  }
}
