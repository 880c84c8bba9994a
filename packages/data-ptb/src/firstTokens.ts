import { expectNumber } from '@bnrnn/core';
import { describeCorpus } from './describeCorpus';
import {
  mapSplits,
  mapSplitsInTurn,
  splitNames,
  type SplitName,
  type TextCorpus,
} from './textCorpus';
import { hashTokens } from './tokenHash';

/** The most tokens to keep of each split; a split left out is kept whole. */
export type TokenLimits = Readonly<Partial<Record<SplitName, number>>>;

/**
 * Keeps the first tokens of the splits of a corpus; its vocabulary stays whole, and the new name
 * says what was kept, e.g. `ptb[train 200000]`.
 *
 * @throws UsageError for a limit that is not a whole number above 0.
 */
export async function firstTokens(corpus: TextCorpus, limits: TokenLimits): Promise<TextCorpus> {
  const cut = splitNames.filter((split) => {
    const limit = limits[split];
    if (limit === undefined) return false;
    expectNumber(`firstTokens: ${split}`, limit, { integer: true, min: 1 });
    return limit < corpus.splits[split].length;
  });
  if (cut.length === 0) return corpus;
  const kept = cut.map((split) => `${split} ${limits[split] ?? ''}`).join(', ');
  const { name, vocabulary, info, notes } = corpus;
  const splits = mapSplits((split) => corpus.splits[split].subarray(0, limits[split]));
  return describeCorpus(`${name}[${kept}]`, vocabulary, splits, {
    sha256: await mapSplitsInTurn(async (split) => {
      const known = cut.includes(split) ? undefined : info.sha256[split];
      return known ?? (await hashTokens(splits[split], vocabulary));
    }),
    notes,
  });
}
