import { hashTokens } from './corpusText';
import { mapSplits, type SplitName, type TextCorpus } from './textCorpus';
import type { Vocabulary } from './vocabulary';

/**
 * A corpus of a vocabulary and its token streams, with what a run records of it.
 *
 * @param sha256  of each split's text; left out, of the text its tokens would be written as.
 */
export function describeCorpus(
  name: string,
  vocabulary: Vocabulary,
  splits: Readonly<Record<SplitName, Int32Array>>,
  sha256: Record<SplitName, string> = mapSplits((split) => hashTokens(splits[split], vocabulary)),
): TextCorpus {
  return {
    name,
    unit: vocabulary.unit,
    vocabulary,
    splits,
    info: {
      name,
      sha256,
      counts: mapSplits((split) => splits[split].length),
      classes: vocabulary.size,
    },
  };
}
