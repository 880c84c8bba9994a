/** A file of a store, opened to be read once from its beginning to its end. */
export interface StoredFile {
  readonly bytes: number;
  /** Its content in order; a part is valid until the next one is asked for. */
  readonly parts: AsyncIterable<Uint8Array>;
}

/** The parts of a file that is written, in order. */
export type FileParts = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A SHA-256 of bytes that come in parts. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
  /** The digest in hexadecimal; nothing can be added after it. */
  hex(): string;
}

/**
 * Where checkpoints lie: files by name, in one flat place. `@bnrnn/training/node` has one for folders;
 * in a page it can be the origin's private file system.
 */
export interface CheckpointStore {
  /** What messages call the place, e.g. a folder's path. */
  readonly where: string;
  /** What messages and events call one of its files. */
  pathOf(name: string): string;
  /** The names of all files; none where the place does not exist yet. */
  list(): Promise<readonly string[]>;
  /** @throws DataError where there is no such file, or it cannot be read. */
  read(name: string): Promise<StoredFile>;
  /**
   * Writes a file so that a kill at any moment leaves the old one, the new one or none, never a part.
   *
   * @param name  a function is asked after the last part: a name may depend on the content.
   * @throws DataError when it cannot be written.
   */
  write(name: string | (() => string), parts: FileParts): Promise<void>;
  /** Nothing happens where there is no such file. */
  remove(name: string): Promise<void>;
  /** Keeps other processes from writing here until the result is called; absent where nobody else can. */
  lock?(): Promise<() => void>;
  /** A SHA-256 that is faster than the one in plain JavaScript, where the runtime has one. */
  hash?(): Hash;
}
