import type { TextTokens } from './text/textTokens';

/** The token ids of a split: all of them in memory, or in a text that they are read from. */
export type Tokens = Int32Array | TextTokens;

/**
 * The tokens of a split as they come, int32 arrays of any length.
 *
 * @throws DataError where their text cannot be read, or has changed.
 */
export async function* chunksOf(tokens: Tokens): AsyncGenerator<Int32Array, void> {
  if (tokens instanceof Int32Array) yield tokens;
  else yield* tokens.chunks();
}

/**
 * Reads the tokens of a split from `start` to before `end`: all of them unless asked for fewer.
 *
 * @returns int32 [end − start]; a view where the tokens are in memory.
 * @throws DataError where their text cannot be read, or has changed.
 */
export async function readTokens(
  tokens: Tokens,
  start = 0,
  end = tokens.length,
): Promise<Int32Array> {
  const asked = tokens.subarray(start, end);
  if (asked instanceof Int32Array) return asked;
  const read = new Int32Array(asked.length);
  let length = 0;
  for await (const chunk of asked.chunks()) {
    read.set(chunk, length);
    length += chunk.length;
  }
  return read;
}
