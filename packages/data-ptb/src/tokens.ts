/** Token ids that are not in memory: they are read whenever they are asked for. */
export interface StoredTokens {
  readonly length: number;
  /** The tokens from `start` to before `end`, to the last where `end` is absent. */
  subarray(start: number, end?: number): StoredTokens;
  /** The same tokens with other ids. @param ids  int32: the new id of each id. */
  renumbered(ids: Int32Array): StoredTokens;
  /**
   * Reads the tokens in order, int32 arrays of any length.
   *
   * @throws DataError where what holds them cannot be read, or is no longer what it was.
   */
  chunks(): AsyncGenerator<Int32Array, void>;
}

/** The token ids of a split: all of them in memory, or where they are read from. */
export type Tokens = Int32Array | StoredTokens;

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
