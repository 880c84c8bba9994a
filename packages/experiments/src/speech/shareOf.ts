import { randomStream } from '@bnrnn/core';
import type { Utterance } from '@bnrnn/data-wsj-features';

/** One draw for all runs, whatever their seed: they are of the same data. */
const seed = 1;

/**
 * A share of the utterances, in the order they came: those whose names drew the lowest numbers. A smaller share is part
 * of a larger one.
 *
 * @param share  above 0, at most 1; at least one utterance is kept.
 */
export function shareOf(utterances: readonly Utterance[], share: number): readonly Utterance[] {
  const many = Math.max(1, Math.round(share * utterances.length));
  if (many >= utterances.length) return utterances;
  const drawn = utterances.map(({ key }, at) => {
    const [high = 0, low = 0] = randomStream(`share ${key}`, seed).words(2);
    return { at, number: high * 2 ** 32 + low };
  });
  const kept = drawn.sort((a, b) => a.number - b.number || a.at - b.at).slice(0, many);
  return kept
    .map(({ at }) => at)
    .sort((a, b) => a - b)
    .map((at) => utterances[at] as Utterance);
}
