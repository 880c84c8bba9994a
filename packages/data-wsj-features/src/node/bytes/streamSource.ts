import { DataError, reasonOf } from '@bnrnn/core';
import type { Readable } from 'node:stream';
import type { ByteSource } from '../../bytes/byteSource';
import { fault } from '../../bytes/fault';

/** A stream that is being read, and how to end it early. */
export interface OpenStream {
  readonly stream: Readable;
  stop(): void;
}

/**
 * A source that can only be read in order (gzip, a command). A position behind the last chunk starts the stream
 * again; one ahead of it reads and forgets. One chunk is in memory.
 */
export class StreamSource implements ByteSource {
  readonly size = undefined;
  readonly sequential = true;
  #open: OpenStream | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  /** The position of the first byte of the chunk. */
  #start = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly path: string,
    readonly start: () => OpenStream,
  ) {}

  read(position: number, target: Uint8Array): Promise<number> {
    const turn = this.#turn.then(() => this.#read(position, target));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #read(position: number, target: Uint8Array): Promise<number> {
    if (this.#chunks === undefined || position < this.#start) this.#restart();
    while (position >= this.#start + this.#chunk.length) {
      if (!(await this.#advance())) return 0;
    }
    const from = position - this.#start;
    const piece = this.#chunk.subarray(from, from + target.length);
    target.set(piece);
    return piece.length;
  }

  #restart(): void {
    this.#open?.stop();
    this.#open = this.start();
    this.#chunks = this.#open.stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.#chunk = new Uint8Array(0);
    this.#start = 0;
  }

  async #advance(): Promise<boolean> {
    const end = this.#start + this.#chunk.length;
    try {
      const next = await this.#chunks?.next();
      if (next === undefined || next.done === true) return false;
      this.#start = end;
      this.#chunk = next.value;
      return true;
    } catch (cause) {
      this.#chunks = undefined;
      if (cause instanceof DataError) throw cause;
      throw fault({ file: this.path, offset: end }, `cannot be read further: ${reasonOf(cause)}.`, {
        cause,
      });
    }
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#open?.stop();
    this.#open = undefined;
    this.#chunks = undefined;
  }
}
