import { UsageError } from '@bnrnn/core';
import type { SplitName } from '../textCorpus';
import { chunksOf, type Tokens } from '../tokens';

/** The shares of train, valid and test in one text that is cut. */
export type SplitShares = readonly [train: number, valid: number, test: number];

/** @throws UsageError unless there are three shares above 0. */
export function expectShares(where: string, shares: readonly number[]): SplitShares {
  const [train, valid, test] = shares;
  const are = shares.length === 3 && shares.every((share) => Number.isFinite(share) && share > 0);
  if (are && train !== undefined && valid !== undefined && test !== undefined) {
    return [train, valid, test];
  }
  throw new UsageError(
    `${where} is "${shares.join(',')}", expected three shares above 0, of train, valid and test.`,
    { hint: 'For example 90,5,5.' },
  );
}

/**
 * Cuts the tokens of one text into train, valid and test, in the order of the text: a split ends at
 * the first end of a line from its share on. Where that would leave the next one without a token (a
 * text on one line), it ends at its share.
 *
 * @param end  the id of `<eos>`.
 * @returns    parts of `tokens`; nothing is copied.
 */
export async function cutTokens(
  tokens: Tokens,
  end: number,
  shares: SplitShares,
): Promise<Record<SplitName, Tokens>> {
  const [train, valid, test] = shares;
  const total = train + valid + test;
  const n = tokens.length;
  const target = {
    first: Math.floor((n * train) / total),
    second: Math.floor((n * (train + valid)) / total),
  };
  /** The place behind the first end of a line from a place on. */
  const lineEnd = async (from: number): Promise<number> => {
    let place = Math.max(0, from - 1);
    for await (const chunk of chunksOf(tokens.subarray(place))) {
      const at = chunk.indexOf(end);
      if (at !== -1) return place + at + 1;
      place += chunk.length;
    }
    return n;
  };
  let first = await lineEnd(target.first);
  if (first >= target.second) first = target.first;
  let second = await lineEnd(target.second);
  if (second >= n) second = target.second;
  return {
    train: tokens.subarray(0, first),
    valid: tokens.subarray(first, second),
    test: tokens.subarray(second),
  };
}
