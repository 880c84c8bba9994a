import { UsageError } from '@bnrnn/core';
import type { SplitName } from '../textCorpus';

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
 * @returns    views of `tokens`.
 */
export function cutTokens(
  tokens: Int32Array,
  end: number,
  shares: SplitShares,
): Record<SplitName, Int32Array> {
  const [train, valid, test] = shares;
  const total = train + valid + test;
  const n = tokens.length;
  const target = {
    first: Math.floor((n * train) / total),
    second: Math.floor((n * (train + valid)) / total),
  };
  const lineEnd = (from: number): number => {
    const at = tokens.indexOf(end, Math.max(0, from - 1));
    return at === -1 ? n : at + 1;
  };
  let first = lineEnd(target.first);
  if (first >= target.second) first = target.first;
  let second = lineEnd(target.second);
  if (second >= n) second = target.second;
  return {
    train: tokens.subarray(0, first),
    valid: tokens.subarray(first, second),
    test: tokens.subarray(second),
  };
}
