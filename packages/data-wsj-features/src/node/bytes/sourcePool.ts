import { UsageError } from '@bnrnn/core';
import type { ByteSource } from '../../bytes/byteSource';
import { openFile } from './openFile';

interface PooledSource {
  readonly source: Promise<ByteSource>;
  users: number;
  /** Ends when the last that was given a sequential source is done with it. */
  turn: Promise<unknown>;
}

/** Files that stay open between reads, at most `limit` of them idle. */
export class SourcePool {
  readonly #sources = new Map<string, PooledSource>();
  #closed = false;

  constructor(readonly limit = 32) {}

  /** Runs an action on an open file; those on a sequential one (gzip) take turns. */
  async use<Result>(
    path: string,
    action: (source: ByteSource) => Promise<Result>,
  ): Promise<Result> {
    if (this.#closed) throw new UsageError(`${path} cannot be read: the table has been closed.`);
    const pooled = this.#sources.get(path) ?? { source: openFile(path), users: 0, turn: nothing };
    pooled.users++;
    // The last used stands at the end of the map.
    this.#sources.delete(path);
    this.#sources.set(path, pooled);
    try {
      const source = await pooled.source.catch((cause: unknown) => {
        if (this.#sources.get(path) === pooled) this.#sources.delete(path);
        throw cause;
      });
      if (!source.sequential) return await action(source);
      const result = pooled.turn.then(() => action(source));
      pooled.turn = result.catch(() => undefined);
      return await result;
    } finally {
      pooled.users--;
      await this.#closeIdle();
    }
  }

  /** Closes every file, each as soon as nobody reads it. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#closeIdle();
  }

  async #closeIdle(): Promise<void> {
    const limit = this.#closed ? 0 : this.limit;
    for (const [path, pooled] of [...this.#sources]) {
      if (this.#sources.size <= limit) return;
      // While another file closed, this one may have gone and come again.
      if (pooled.users > 0 || this.#sources.get(path) !== pooled) continue;
      this.#sources.delete(path);
      await pooled.source.then(
        (open) => open.close(),
        () => undefined,
      );
    }
  }
}

const nothing = Promise.resolve();
