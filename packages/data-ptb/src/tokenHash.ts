import { Sha256 } from '@bnrnn/core';
import type { TextLevel } from './textCorpus';
import { chunksOf, type Tokens } from './tokens';
import { endOfLine, spaceCharacter } from './vocabulary';

const flushed = 1 << 16;

/**
 * SHA-256 of a token stream written the way Mikolov's Penn Treebank is: a space before and after
 * every word, a line for every `<eos>`; characters are joined and `_` is a space. It does not depend
 * on the ids, nor on how a file writes blanks and line ends. For the Penn Treebank's own tokens it is
 * the hash of its files.
 */
export class TokenHash {
  readonly #unit: TextLevel;
  readonly #types: readonly string[];
  /** What is written for each id that was met. */
  readonly #written: (Uint8Array | undefined)[] = [];
  readonly #encoder = new TextEncoder();
  readonly #hash = new Sha256();
  readonly #buffer = new Uint8Array(flushed);
  #length = 0;
  #atLineStart = true;

  /** @param types  the type of each id; more may be added while tokens come. */
  constructor(unit: TextLevel, types: readonly string[]) {
    this.#unit = unit;
    this.#types = types;
  }

  push(id: number): void {
    if (this.#atLineStart) this.#write(space);
    this.#write((this.#written[id] ??= this.#encode(id)));
    this.#atLineStart = this.#types[id] === endOfLine;
  }

  /** The digest in hexadecimal; nothing can be added after it. */
  hex(): string {
    return this.#hash.update(this.#buffer.subarray(0, this.#length)).hex();
  }

  #encode(id: number): Uint8Array {
    const type = this.#types[id] as string;
    const isWord = this.#unit === 'word';
    if (type === endOfLine) return this.#encoder.encode(isWord ? '\n' : ' \n');
    if (isWord) return this.#encoder.encode(`${type} `);
    return this.#encoder.encode(type === spaceCharacter ? ' ' : type);
  }

  #write(bytes: Uint8Array): void {
    if (this.#length + bytes.length > flushed) {
      this.#hash.update(this.#buffer.subarray(0, this.#length));
      this.#length = 0;
    }
    if (bytes.length > flushed) {
      this.#hash.update(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}

const space = Uint8Array.of(0x20);

/** The `TokenHash` of the tokens of a split. */
export async function hashTokens(
  tokens: Tokens,
  { unit, types }: { readonly unit: TextLevel; readonly types: readonly string[] },
): Promise<string> {
  const hash = new TokenHash(unit, types);
  for await (const chunk of chunksOf(tokens)) for (const id of chunk) hash.push(id);
  return hash.hex();
}

/** The same of tokens that are in memory. */
export function hashIds(ids: Int32Array, unit: TextLevel, types: readonly string[]): string {
  const hash = new TokenHash(unit, types);
  for (const id of ids) hash.push(id);
  return hash.hex();
}
