import { UsageError } from '@bnrnn/core';

/**
 * Reads seeds such as `1-3`, `4` or `1,3,7-9`, each once, in rising order.
 *
 * @throws UsageError for what is no list of whole numbers.
 */
export function readSeeds(written: string): number[] {
  const refuse = (): never => {
    throw new UsageError(`--seeds is "${written}", expected a list such as 1-3 or 1,4,7-9.`);
  };
  const seeds = written.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d{1,9})(?:-(\d{1,9}))?\s*$/.exec(part) ?? refuse();
    const [low, high] = [Number(first), Number(last)];
    if (high < low || high - low >= 1_000) refuse();
    return Array.from({ length: high - low + 1 }, (_, k) => low + k);
  });
  return [...new Set(seeds)].sort((a, b) => a - b);
}
