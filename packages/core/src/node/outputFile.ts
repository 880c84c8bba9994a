import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { cannotWrite } from '@bnrnn/core';
import { followLinks, isDescriptor } from './followLinks';
import { TemporaryFile } from './temporaryFile';
import { writeFully } from './writeFully';

/** Bytes that are collected before the system is called. */
const bufferBytes = 2 ** 20;

/** Where bytes go: a new file that has no name yet, or a device or pipe. */
interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/**
 * What a caller's path is written through, whatever stands there.
 *
 * A file is written beside its place under a random name, synced, and renamed only by `commit`: a reader never sees
 * half of it, and what was there stays until then, with its permissions. Symbolic links are followed. What is no file
 * (a device, a pipe, `/dev/stdout`) is written into.
 *
 * Every method throws a DataError that names the path and says why it cannot be written.
 */
export class OutputFile {
  readonly path: string;
  readonly #sink: Sink;
  #collected: Uint8Array[] = [];
  #bytes = 0;

  private constructor(path: string, sink: Sink) {
    this.path = path;
    this.#sink = sink;
  }

  /** @param path  its folder is there. */
  static async open(path: string): Promise<OutputFile> {
    const sink = await sinkOf(path).catch((cause: unknown) => {
      throw cannotWrite(path, cause);
    });
    return new OutputFile(path, sink);
  }

  /** Appends bytes, which are the file's from here on, or text as UTF-8. */
  async write(content: Uint8Array | string): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.#collected.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= bufferBytes) await this.#flush();
  }

  /** Ends the file without its name: everything is on the disk afterwards. */
  async end(): Promise<void> {
    await this.#flush();
    await this.#named(this.#sink.end());
  }

  /** Gives the ended file its name. */
  commit(): Promise<void> {
    return this.#named(this.#sink.commit());
  }

  /** Removes what was written; what went into a device or pipe stays there. */
  abort(): Promise<void> {
    return this.#sink.abort();
  }

  async #flush(): Promise<void> {
    const collected = this.#collected;
    this.#collected = [];
    this.#bytes = 0;
    const [only] = collected;
    if (only === undefined) return;
    await this.#named(this.#sink.write(collected.length === 1 ? only : Buffer.concat(collected)));
  }

  #named(done: Promise<void>): Promise<void> {
    return done.catch((cause: unknown) => {
      throw cannotWrite(this.path, cause);
    });
  }
}

/**
 * Writes a whole file as `OutputFile` does; when a part fails, nothing stays behind.
 *
 * @throws DataError that names the path and says why it cannot be written.
 */
export async function writeOutput(
  path: string,
  parts: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const file = await OutputFile.open(path);
  try {
    for await (const part of parts) await file.write(part);
    await file.end();
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

async function sinkOf(path: string): Promise<Sink> {
  const target = await followLinks(path);
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory() === true) {
    throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' });
  }
  const isFile = found === undefined || found.isFile();
  return isFile && !isDescriptor(target) ? fileSink(target, found?.mode) : streamSink(target);
}

async function fileSink(target: string, mode: number | undefined): Promise<Sink> {
  const temporary = `${target}.${randomBytes(8).toString('hex')}.partial`;
  const file = await TemporaryFile.create(temporary, mode);
  return {
    write: (bytes) => file.write(bytes),
    end: () => file.end(),
    commit: () => file.become(target),
    abort: () => file.abort(),
  };
}

async function streamSink(target: string): Promise<Sink> {
  // Appended: another writer, such as the shell's own redirection, may share it.
  const handle = await open(target, constants.O_WRONLY | constants.O_APPEND);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= handle.close());
  return {
    write: (bytes) => writeFully(handle, bytes),
    end: close,
    commit: () => Promise.resolve(),
    abort: () => close().catch(() => undefined),
  };
}
