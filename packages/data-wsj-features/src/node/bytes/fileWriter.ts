import { OutputFile } from '@bnrnn/core/node';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';

/**
 * Writes a file as core's `OutputFile` does: only `commit` gives it its name, links are followed, devices and pipes
 * are written into. A name that ends in `.gz` is packed.
 *
 * Every method throws a DataError that names the path and says why it cannot be written.
 */
export class FileWriter {
  /** Bytes so far, before packing. */
  position = 0;
  readonly #file: Promise<OutputFile>;
  readonly #zip: Gzip | undefined;
  readonly #packed: Promise<void>;

  constructor(readonly path: string) {
    this.#file = OutputFile.open(path);
    this.#zip = path.endsWith('.gz') ? createGzip({ chunkSize: 1 << 16 }) : undefined;
    this.#packed =
      this.#zip === undefined ? this.#file.then(() => undefined) : this.#pack(this.#zip);
    // Whoever writes next is told.
    this.#packed.catch(() => undefined);
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    this.position += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
    if (this.#zip === undefined) return (await this.#file).write(bytes);
    if (this.#zip.destroyed) return this.#packed;
    if (this.#zip.write(bytes)) return;
    await Promise.race([once(this.#zip, 'drain').catch(() => this.#packed), this.#packed]);
  }

  /** Ends the temporary file; everything written is on the disk afterwards. */
  async end(): Promise<void> {
    this.#zip?.end();
    await this.#packed;
    await (await this.#file).end();
  }

  /** Gives the ended file its name. */
  async commit(): Promise<void> {
    await (await this.#file).commit();
  }

  /** Removes what was written. */
  async abort(): Promise<void> {
    this.#zip?.destroy();
    await this.#packed.catch(() => undefined);
    const file = await this.#file.catch(() => undefined);
    await file?.abort();
  }

  /** Hands on what comes out of the packer, until it ends. */
  async #pack(zip: Gzip): Promise<void> {
    const opened = this.#file;
    await pipeline(zip, async (packed: AsyncIterable<Buffer>) => {
      const file = await opened;
      for await (const part of packed) await file.write(part);
    });
  }
}
