import type { ByteCursor } from '../bytes/byteCursor';
import { latin1 } from '../bytes/byteText';
import { fault, printable } from '../bytes/fault';

const longest = 4096;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the key of the next entry of an archive and the blank behind it; undefined at the end of the archive.
 *
 * As in Kaldi a key is printable ASCII or, beyond ASCII, UTF-8 text.
 *
 * @throws DataError for other bytes, and when no blank follows within 4,096 bytes.
 */
export async function readKey(cursor: ByteCursor): Promise<string | undefined> {
  cursor.key = undefined;
  await cursor.skipByteOrderMark();
  if ((await cursor.skipSpace()) === -1) return undefined;
  const start = cursor.position;
  const word = await cursor.word(longest);
  if (word === undefined) {
    throw fault(cursor.place(start), `has no blank within ${longest} bytes, expected a key.`, {
      hint: 'Is this an archive?',
    });
  }
  const key = decodeKey(word);
  if (key === undefined) {
    const shown = printable(latin1(word));
    throw fault(cursor.place(start), `holds "${shown}", expected a key of printable UTF-8.`, {
      hint: 'Is this an archive, and is the entry before as long as it says?',
    });
  }
  cursor.key = key;
  const blank = await cursor.peek();
  if (blank === -1) throw fault(cursor.place(), 'the file ends behind a key.');
  if (blank !== 10) await cursor.take(1, 'the blank behind a key');
  return key;
}

/** The text of a key's bytes; undefined when they are no key. */
function decodeKey(bytes: Uint8Array): string | undefined {
  try {
    const key = utf8.decode(bytes);
    return isKey(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text can be a key: not empty, no white space, no control character. */
export function isKey(text: string): boolean {
  return /^[!-~\u0080-\ud7ff\ue000-\u{10ffff}]+$/u.test(text);
}
