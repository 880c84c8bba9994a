import { DataError, UsageError } from '@bnrnn/core';
import { resolve } from 'node:path';
import { FileWriter } from '../bytes/fileWriter';
import { encodeEntry } from '../../ark/encodeEntry';
import type { Entry } from '../../ark/entry';

export interface ArkWriterOptions {
  /** Writes Kaldi's text form. Default false: binary. */
  readonly text?: boolean;
  /** Where to write the list of keys and offsets beside the archive; not for `.gz`. */
  readonly scp?: string;
  /** What the list calls the archive. Default: the archive's path as given, as Kaldi does. */
  readonly nameInScp?: string;
}

/** An archive (and its scp) that is being written. */
export interface ArkWriter {
  /**
   * Appends an entry; DataError when its key was written before, or when an object without a key is not the only
   * one or has a list beside it.
   */
  write(entry: Entry): Promise<void>;
  /** Makes the files appear under their names. */
  close(): Promise<void>;
  /** Removes what was written. */
  abort(): Promise<void>;
}

/**
 * Writes a Kaldi archive and, where asked for, its scp. Both stand under temporary names until `close`.
 *
 * What is read back has the same bits: float32 as `FM` and `FV`, float64 as `DM` and `DV`, integers as integers.
 * The text form keeps 7 digits. A path that ends in `.gz` is packed, as Kaldi's alignments are.
 *
 * @throws UsageError for an scp beside a packed archive or of the archive's own name; DataError when a file cannot be written.
 */
export function createArkWriter(path: string, options: ArkWriterOptions = {}): ArkWriter {
  const { text = false, scp, nameInScp = path } = options;
  if (scp !== undefined && path.endsWith('.gz')) {
    throw new UsageError(`createArkWriter: ${path} is packed, so an scp cannot point into it.`, {
      hint: 'Leave out .gz, or the scp.',
    });
  }
  if (scp !== undefined && resolve(scp) === resolve(path)) {
    throw new UsageError(
      `createArkWriter: ${path} is to be both archive and scp, expected two names.`,
    );
  }
  const ark = new FileWriter(path);
  const list = scp === undefined ? undefined : new FileWriter(scp);
  const seen = new Set<string>();
  return {
    async write(entry) {
      if (seen.has(entry.key)) {
        throw new DataError(
          `${path}: the key "${entry.key}" came twice, expected one entry a key.`,
          {
            hint: 'Does the source hold it twice?',
          },
        );
      }
      const lone = entry.key === '' || seen.has('');
      if (lone && (seen.size > 0 || list !== undefined)) {
        throw new DataError(
          `${path}: an object without a key came, expected keys in an archive of several entries or with a list.`,
          { hint: 'A lone object, as global_cmvn.mat is one, can only be written by itself.' },
        );
      }
      const { bytes, objectAt } = encodeEntry(entry, text);
      seen.add(entry.key);
      const offset = ark.position + objectAt;
      await ark.write(bytes);
      await list?.write(`${entry.key} ${nameInScp}:${offset}\n`);
    },
    async close() {
      await ark.end();
      await list?.end();
      await ark.commit();
      await list?.commit();
    },
    async abort() {
      await ark.abort();
      await list?.abort();
    },
  };
}

/** Writes all entries to an archive; when one fails, nothing stays behind. */
export async function writeArk(
  path: string,
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  options: ArkWriterOptions = {},
): Promise<void> {
  const writer = createArkWriter(path, options);
  try {
    for await (const entry of entries) await writer.write(entry);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
