import { fault, printable } from '../../bytes/fault';
import { isKey } from '../../ark/readKey';
import { parseScpTarget, type ScpLine } from './parseScpLine';
import { readTextLines } from '../bytes/readTextLines';

/**
 * Streams the lines of an scp. A key may occur more than once, as Kaldi allows where lines are read in order.
 *
 * @throws DataError naming line and byte offset when a line is empty, has a key but nothing behind it, or names
 *   what Kaldi would refuse.
 */
export async function* readScp(path: string): AsyncGenerator<ScpLine, void, undefined> {
  for await (const { text, line, offset } of readTextLines(path)) {
    const blank = text.search(/[ \t-\r]/);
    const key = text.slice(0, Math.max(0, blank));
    const rest = blank === -1 ? '' : text.slice(blank).replace(/^[ \t-\r]+/, '');
    const target = rest === '' || /[\r\n]/.test(rest) ? undefined : parseScpTarget(rest);
    if (target === undefined || !isKey(key)) {
      const shown = text === '' ? 'is empty' : `is "${printable(text, 120)}"`;
      throw fault({ file: path, offset }, `line ${line} ${shown}, expected "KEY PATH:OFFSET".`);
    }
    if (typeof target === 'string') {
      throw fault({ file: path, key, offset }, `line ${line} ${target}.`);
    }
    yield { key, target, line };
  }
}
