import { hashTokens } from './corpusText';
import { mapSplits, type SplitName, type TextCorpus } from './textCorpus';
import type { Vocabulary } from './vocabulary';

/** What is known of a corpus besides its tokens. */
export interface CorpusFacts {
  /** SHA-256 of each split's tokens, where it was computed before. */
  readonly sha256?: Record<SplitName, string>;
  /** SHA-256 of each split's file. */
  readonly fileSha256?: Record<SplitName, string>;
  readonly notes?: readonly string[];
}

/** A corpus of a vocabulary and its token streams, with what a run records of it. */
export function describeCorpus(
  name: string,
  vocabulary: Vocabulary,
  splits: Readonly<Record<SplitName, Int32Array>>,
  { sha256, fileSha256, notes = [] }: CorpusFacts = {},
): TextCorpus {
  return {
    name,
    unit: vocabulary.unit,
    vocabulary,
    splits,
    info: {
      name,
      sha256: sha256 ?? mapSplits((split) => hashTokens(splits[split], vocabulary)),
      ...(fileSha256 !== undefined && { fileSha256 }),
      counts: mapSplits((split) => splits[split].length),
      classes: vocabulary.size,
    },
    notes,
  };
}
