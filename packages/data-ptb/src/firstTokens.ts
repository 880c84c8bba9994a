import { expectNumber } from '@bnrnn/core';
import { describeCorpus } from './describeCorpus';
import { mapSplits, splitNames, type SplitName, type TextCorpus } from './textCorpus';

/** The most tokens to keep of each split; a split left out is kept whole. */
export type TokenLimits = Readonly<Partial<Record<SplitName, number>>>;

/**
 * Keeps the first tokens of the splits of a corpus; its vocabulary stays whole, and the new name
 * says what was kept, e.g. `ptb[train 200000]`.
 *
 * @throws UsageError for a limit that is not a whole number above 0.
 */
export function firstTokens(corpus: TextCorpus, limits: TokenLimits): TextCorpus {
  const cut = splitNames.filter((split) => {
    const limit = limits[split];
    if (limit === undefined) return false;
    expectNumber(`firstTokens: ${split}`, limit, { integer: true, min: 1 });
    return limit < corpus.splits[split].length;
  });
  if (cut.length === 0) return corpus;
  const kept = cut.map((split) => `${split} ${limits[split] ?? ''}`).join(', ');
  return describeCorpus(
    `${corpus.name}[${kept}]`,
    corpus.vocabulary,
    mapSplits((split) => corpus.splits[split].subarray(0, limits[split])),
    { notes: corpus.notes },
  );
}
