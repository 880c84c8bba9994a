import { randomStream } from '@bnrnn/core';

/** The tokens 0, 1, 2, ... `length` − 1: every position shows where it came from. */
export function countingTokens(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

/**
 * A stream that a model can learn: the next token is (3·token + 1) modulo `types`, but for a share
 * `noise` of the positions, where it is any type with equal chance.
 */
export function learnableTokens(
  length: number,
  types: number,
  { seed = 1, noise = 0.1 }: { seed?: number; noise?: number } = {},
): Int32Array {
  const stream = randomStream('learnableTokens', seed);
  const whether = stream.uniform(length, 0, 1, 0);
  const which = stream.uniform(length, 0, 1, 1);
  const tokens = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const follows = i > 0 && (whether[i] as number) >= noise;
    tokens[i] = follows
      ? (3 * (tokens[i - 1] as number) + 1) % types
      : Math.floor((which[i] as number) * types);
  }
  return tokens;
}
