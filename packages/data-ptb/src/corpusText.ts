import { createHash } from 'node:crypto';
import { endOfLine, type Vocabulary } from './vocabulary';

/**
 * SHA-256 of a token stream written the way Mikolov's Penn Treebank is: a space before and after
 * every word, a line for every `<eos>`; characters are joined and `_` is a space. For the Penn
 * Treebank's own tokens it is the hash of its files.
 */
export function hashTokens(tokens: Int32Array, { types, unit }: Vocabulary): string {
  const hash = createHash('sha256');
  const between = unit === 'word' ? ' ' : '';
  const written = types.map(
    (type) => (unit === 'character' && type === '_' ? ' ' : type) + between,
  );
  const end = types.indexOf(endOfLine);
  let text = ' ';
  for (const id of tokens) {
    text += id === end ? (unit === 'word' ? '\n ' : ' \n ') : (written[id] as string);
    if (text.length > 65_536) {
      hash.update(text.slice(0, -1));
      text = text.slice(-1);
    }
  }
  // The space that would begin the next line is not in the text.
  return hash.update(tokens.at(-1) === end ? text.slice(0, -1) : text).digest('hex');
}
