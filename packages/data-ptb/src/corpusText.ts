import { Sha256, type VocabularyData } from '@bnrnn/core';
import { endOfLine, spaceCharacter } from './vocabulary';

const flushed = 1 << 16;

/**
 * SHA-256 of a token stream written the way Mikolov's Penn Treebank is: a space before and after
 * every word, a line for every `<eos>`; characters are joined and `_` is a space. It does not depend
 * on the ids, nor on how a file writes blanks and line ends. For the Penn Treebank's own tokens it is
 * the hash of its files.
 */
export function hashTokens(tokens: Int32Array, { types, unit }: VocabularyData): string {
  const encoder = new TextEncoder();
  const written = types.map((type) => {
    if (type === endOfLine) return encoder.encode(unit === 'word' ? '\n' : ' \n');
    if (unit === 'word') return encoder.encode(`${type} `);
    return encoder.encode(type === spaceCharacter ? ' ' : type);
  });
  const space = encoder.encode(' ');
  const end = types.indexOf(endOfLine);
  const hash = new Sha256();
  const buffer = new Uint8Array(flushed);
  let length = 0;
  const write = (bytes: Uint8Array): void => {
    if (length + bytes.length > flushed) {
      hash.update(buffer.subarray(0, length));
      length = 0;
    }
    if (bytes.length > flushed) {
      hash.update(bytes);
      return;
    }
    buffer.set(bytes, length);
    length += bytes.length;
  };
  let before = end;
  for (const id of tokens) {
    if (before === end) write(space);
    write(written[id] as Uint8Array);
    before = id;
  }
  return hash.update(buffer.subarray(0, length)).hex();
}
