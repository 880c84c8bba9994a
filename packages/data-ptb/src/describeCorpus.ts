import { mapSplits, type SplitName, type TextCorpus } from './textCorpus';
import type { Tokens } from './tokens';
import type { Vocabulary } from './vocabulary';

/** What is known of a corpus besides its tokens. */
export interface CorpusFacts {
  /** SHA-256 of each split's tokens. */
  readonly sha256: Record<SplitName, string>;
  /** SHA-256 of each split's file. */
  readonly fileSha256?: Record<SplitName, string>;
  readonly notes?: readonly string[];
}

/** A corpus of a vocabulary and its token streams, with what a run records of it. */
export function describeCorpus<Kind extends Tokens>(
  name: string,
  vocabulary: Vocabulary,
  splits: Readonly<Record<SplitName, Kind>>,
  { sha256, fileSha256, notes = [] }: CorpusFacts,
): TextCorpus<Kind> {
  return {
    name,
    unit: vocabulary.unit,
    vocabulary,
    splits,
    info: {
      name,
      sha256,
      ...(fileSha256 !== undefined && { fileSha256 }),
      counts: mapSplits((split) => splits[split].length),
      classes: vocabulary.size,
    },
    notes,
  };
}
