import { DataError } from '@bnrnn/core';
import type { Hash, StoredFile } from './checkpointStore';

/** Takes bytes off a file from its beginning to its end; every byte goes through the hash. */
export class PartReader {
  readonly #parts: AsyncIterator<Uint8Array>;
  readonly #where: string;
  readonly #hash: Hash;
  #part: Uint8Array = new Uint8Array(0);

  constructor({ parts }: StoredFile, where: string, hash: Hash) {
    this.#parts = parts[Symbol.asyncIterator]();
    this.#where = where;
    this.#hash = hash;
  }

  /** The next bytes, copied. @throws DataError when the file ends before. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      if (this.#part.length === 0 && !(await this.#next())) {
        throw new DataError(`${this.#where} is truncated: it ended while it was read.`);
      }
      const from = this.#part.subarray(0, length - done);
      bytes.set(from, done);
      done += from.length;
      this.#part = this.#part.subarray(from.length);
    }
    return bytes;
  }

  /** Reads what is left, for the hash alone. */
  async drain(): Promise<void> {
    while (await this.#next());
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#parts.return?.();
  }

  async #next(): Promise<boolean> {
    const next = await this.#parts.next();
    if (next.done === true) return false;
    this.#hash.update(next.value);
    this.#part = next.value;
    return true;
  }
}
