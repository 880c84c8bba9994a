import type { ByteSource } from '../bytes/byteSource';
import { ByteCursor } from '../bytes/byteCursor';
import type { Entry, EntryOptions } from './entry';
import { readKey } from './readKey';
import { readObject } from './readObject';

/** One chunk of an archive that is read from end to end. */
const sequentialChunk = 1 << 20;

/**
 * Reads the entries of an archive in order; a file of one object without a key (it starts with
 * `\0B` or `[`) gives one entry whose key is empty.
 */
export async function* parseEntries(
  source: ByteSource,
  options: EntryOptions = {},
): AsyncGenerator<Entry, void, undefined> {
  const cursor = new ByteCursor(source, 0, sequentialChunk);
  if (await startsWithObject(cursor)) {
    yield await readObject(cursor, '', options);
    return;
  }
  for (;;) {
    const key = await readKey(cursor);
    if (key === undefined) return;
    yield await readObject(cursor, key, options);
  }
}

/** Whether a file starts with an object instead of a key. */
export async function startsWithObject(cursor: ByteCursor): Promise<boolean> {
  await cursor.skipByteOrderMark();
  const first = await cursor.skipSpace();
  if (first !== 91) return first === 0;
  const second = await cursor.peek(1);
  return second <= 32 || second === 93;
}
