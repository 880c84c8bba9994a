import type { Entry, EntryKind, EntryOf, EntryOptions } from '../../ark/entry';
import { parseEntries } from '../../ark/parseEntries';
import { openFile } from '../bytes/openFile';
import { readScp } from '../scp/readScp';
import { TargetReader, type ReadOptions } from '../scp/targetReader';
import { parseSpecification } from './specification';

export interface ReadEntriesOptions<Kind extends EntryKind = EntryKind>
  extends EntryOptions, ReadOptions {
  readonly kind?: Kind;
}

/**
 * Streams the entries of an archive (packed or not), a list or a data directory's features, in order; one is in
 * memory at a time.
 *
 *     for await (const { key, matrix } of readEntries('data/train', { kind: 'matrix' })) ...
 *
 * @param spec  a path: a folder with `feats.scp`, a `.scp`, else an archive or a file with one object; or one of
 *   those with Kaldi's `scp:` or `ark:` before it.
 * @throws DataError naming file, key and byte offset where the data is not what it should be; what came before has
 *   been given.
 */
export async function* readEntries<Kind extends EntryKind = EntryKind>(
  spec: string,
  options: ReadEntriesOptions<Kind> = {},
): AsyncGenerator<EntryOf<Kind>, void, undefined> {
  const { kind, path } = await parseSpecification(spec);
  const entries = kind === 'scp' ? listed(path, options) : archived(path, options);
  // Each reader refuses what is not of the kind asked for.
  yield* entries as AsyncGenerator<EntryOf<Kind>, void, undefined>;
}

async function* archived(path: string, options: EntryOptions): AsyncGenerator<Entry> {
  const source = await openFile(path);
  try {
    yield* parseEntries(source, options);
  } finally {
    await source.close();
  }
}

async function* listed(path: string, options: ReadEntriesOptions): AsyncGenerator<Entry> {
  const reader = new TargetReader(path, options);
  try {
    for await (const line of readScp(path)) yield await reader.read(line, options);
  } finally {
    await reader.close();
  }
}
