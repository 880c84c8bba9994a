import type { Entry, EntryOptions } from '../../ark/entry';
import { readObject } from '../../ark/readObject';
import { startsWithObject } from '../../ark/parseEntries';
import { readSizes, type MatrixSizes } from '../../ark/readSizes';
import { ByteCursor } from '../../bytes/byteCursor';
import type { ByteSource } from '../../bytes/byteSource';
import { fault, printable, type Place } from '../../bytes/fault';
import { openCommand } from '../bytes/openCommand';
import { SourcePool } from '../bytes/sourcePool';
import { cutMatrix, rangeSizes, type MatrixRange } from './matrixRange';
import type { ScpLine } from './parseScpLine';
import { archiveResolver, type ResolveOptions } from './resolveArchive';

/** How the archives behind a list are reached. */
export interface ReadOptions extends ResolveOptions {
  /** Lets lines that end in `|` run as shell commands, with all that such a command may do. Default false. */
  readonly allowCommands?: boolean;
}

/** Bytes of the first word of a file that are looked at to tell a key. */
const longestKey = 128;

/** Reads what the lines of one scp name; archives stay open until `close`. */
export class TargetReader {
  readonly #pool = new SourcePool();
  readonly #resolve: (path: string) => Promise<string | undefined>;
  readonly #allowCommands: boolean;

  constructor(
    readonly list: string,
    options: ReadOptions,
  ) {
    this.#resolve = archiveResolver(list, options);
    this.#allowCommands = options.allowCommands ?? false;
  }

  /** Reads the object of a line; `span` is how many bytes of the archive to read at first. */
  read(line: ScpLine, options: EntryOptions, span?: number): Promise<Entry> {
    return this.#at(line, span, async (cursor) => {
      const entry = await readObject(cursor, line.key, options);
      const { range } = line.target;
      if (range === undefined) return entry;
      if (entry.kind !== 'matrix') throw this.#fault(line, `has a range on what is no matrix`);
      const matrix = cutMatrix(entry.matrix, range, this.#cut(line, range, entry.matrix));
      return { ...entry, matrix };
    });
  }

  /** The sizes of the matrix of a line, after its range. */
  sizes(line: ScpLine): Promise<MatrixSizes> {
    return this.#at(line, 256, async (cursor) => {
      const sizes = await readSizes(cursor, line.key);
      const { range } = line.target;
      return range === undefined ? sizes : this.#cut(line, range, sizes);
    });
  }

  /** Where the object of a line stands, for an error about what it holds. */
  async placeOf({ key, target }: ScpLine): Promise<Place> {
    if (target.kind === 'command') return { file: this.list, key };
    const file = (await this.#resolve(target.path)) ?? target.path;
    return { file, key, offset: target.offset ?? 0 };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #at<Result>(
    line: ScpLine,
    span: number | undefined,
    action: (cursor: ByteCursor) => Promise<Result>,
  ): Promise<Result> {
    const { target } = line;
    if (target.kind === 'command') {
      const source = this.#command(line, target.command);
      try {
        return await action(new ByteCursor(source));
      } finally {
        await source.close();
      }
    }
    if (/\.scp(\.gz)?$/.test(target.path)) {
      throw this.#fault(line, `names a list, ${printable(target.path, 200)}, expected an archive`);
    }
    const path = await this.#resolve(target.path);
    if (path === undefined) {
      throw this.#fault(line, `names ${printable(target.path, 200)}, which is no file here`, {
        hint:
          'It was looked for under the root, the working directory, the folder of the list and its parents up to the one that holds data; ' +
          'give the folder that its paths belong to (--root; in a program, root).',
      });
    }
    return this.#pool.use(path, async (source) => {
      const offset = target.offset ?? 0;
      if (source.size !== undefined && offset >= source.size) {
        throw fault(
          { file: path, key: line.key, offset },
          `line ${line.line} of ${this.list} points past the end of the file, which has ${source.size} bytes.`,
        );
      }
      const cursor = new ByteCursor(source, offset, span);
      if (target.offset === undefined) await this.#expectLone(line, path, cursor);
      return action(cursor);
    });
  }

  /** Refuses an archive of keys where a line without an offset needs a file of one object. */
  async #expectLone(line: ScpLine, path: string, cursor: ByteCursor): Promise<void> {
    if (await startsWithObject(cursor)) return;
    const first = await cursor.upcomingWord(longestKey);
    if (first === '' || /^[-+]?\d+$/.test(first)) return;
    throw this.#fault(
      line,
      `names ${printable(path, 200)} without an offset, and that is an archive, whose first key is ${printable(first)}`,
      {
        hint: 'Such a line ends in :OFFSET, as in feats.ark:14. "bnrnn features copy ARCHIVE --out NEW.ark --scp NEW.scp" writes an archive with its list.',
      },
    );
  }

  #command(line: ScpLine, command: string): ByteSource {
    if (this.#allowCommands) return openCommand(command);
    throw this.#fault(line, `is the command "${printable(command, 120)} |", which was not run`, {
      hint: 'Allow commands if you trust the list, or write the features to an archive first.',
    });
  }

  #cut(line: ScpLine, range: MatrixRange, whole: MatrixSizes): MatrixSizes {
    const sizes = rangeSizes(range, whole.rows, whole.columns);
    if (typeof sizes === 'string') throw this.#fault(line, sizes);
    return sizes;
  }

  #fault(line: ScpLine, what: string, options: { hint?: string } = {}): Error {
    return fault({ file: this.list, key: line.key }, `line ${line.line} ${what}.`, options);
  }
}
