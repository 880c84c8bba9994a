import { DataError } from '@bnrnn/core';
import { chooseTypes, type VocabularyLimits } from '../chooseTypes';
import { describeCorpus, type CorpusFacts } from '../describeCorpus';
import {
  mapSplits,
  mapSplitsInTurn,
  splitNames,
  type SplitName,
  type TextCorpus,
  type TextLevel,
} from '../textCorpus';
import { hashTokens } from '../tokenHash';
import type { TokenCounts } from '../tokenTally';
import { chunksOf, type Tokens } from '../tokens';
import { endOfLine, vocabularyFromData } from '../vocabulary';

/** One part of a corpus before its vocabulary is chosen. */
interface RawSplit {
  /** What errors call it. */
  readonly where: string;
  /** Ids of the corpus's `names`. */
  readonly tokens: Tokens;
  readonly counts: TokenCounts;
  /** The line that its first token stands on, 0 where the lines of its text are not known. */
  readonly firstLine: number;
}

/** A corpus before its vocabulary is chosen. */
export interface RawCorpus extends Partial<CorpusFacts> {
  readonly unit: TextLevel;
  /** The type of each id, in the order of their first appearance. */
  readonly names: readonly string[];
  readonly splits: Readonly<Record<SplitName, RawSplit>>;
}

/** @throws DataError for a split that holds no token but `<eos>`. */
export function refuseEmpty({ names, splits }: RawCorpus): void {
  const end = names.indexOf(endOfLine);
  for (const split of splitNames) {
    const { where, counts } = splits[split];
    if (counts.total > counts.of(end)) continue;
    throw new DataError(`${where} is empty.`, {
      hint: `The ${split} split needs a text: at least one line with a word.`,
    });
  }
}

/**
 * Chooses the vocabulary of a corpus and renumbers its tokens; those in memory in place.
 *
 * @throws DataError when valid or test hold a type that the vocabulary lacks and there is no `<unk>` for.
 */
export async function corpusFromRaw(
  name: string,
  raw: RawCorpus,
  limits: VocabularyLimits,
): Promise<TextCorpus> {
  const { unit, names, splits, sha256, fileSha256, notes } = raw;
  const { types, renumber } = chooseTypes(names, splits.train.counts, limits);
  for (const split of splitNames) await refuseUnknown(splits[split], raw, renumber, types.length);
  const renumbered = mapSplits((split) => renumberTokens(splits[split].tokens, renumber));
  const limited = limits.vocabularySize !== undefined || limits.minCount !== undefined;
  const vocabulary = vocabularyFromData({ unit, types });
  return describeCorpus(name, vocabulary, renumbered, {
    // The limits change the tokens.
    sha256:
      sha256 !== undefined && !limited
        ? sha256
        : await mapSplitsInTurn((split) => hashTokens(renumbered[split], vocabulary)),
    ...(fileSha256 !== undefined && { fileSha256 }),
    ...(notes !== undefined && { notes }),
  });
}

function renumberTokens(tokens: Tokens, renumber: Int32Array): Tokens {
  if (!(tokens instanceof Int32Array)) return tokens.renumbered(renumber);
  for (let i = 0; i < tokens.length; i++) tokens[i] = renumber[tokens[i] as number] as number;
  return tokens;
}

async function refuseUnknown(
  { where, tokens, counts, firstLine }: RawSplit,
  { unit, names }: RawCorpus,
  renumber: Int32Array,
  size: number,
): Promise<void> {
  const unknown = renumber.reduce((sum, id, old) => (id === -1 ? sum + counts.of(old) : sum), 0);
  if (unknown === 0) return;
  const { type, line } = await firstUnknown(tokens, names, renumber);
  const on = firstLine === 0 ? '' : ` on line ${firstLine + line}`;
  throw new DataError(
    `${where} has ${unknown} ${unit} tokens outside the train split's ${size} types, ` +
      `the first is "${type}"${on}.`,
    {
      hint: 'Make rare ones <unk>, e.g. --min-count 2 or --vocabulary-size 10000, or write <unk> in the files.',
    },
  );
}

/** The first type that a vocabulary lacks, and the lines before it. */
async function firstUnknown(
  tokens: Tokens,
  names: readonly string[],
  renumber: Int32Array,
): Promise<{ type: string; line: number }> {
  const end = names.indexOf(endOfLine);
  let line = 0;
  for await (const chunk of chunksOf(tokens)) {
    for (const id of chunk) {
      if (id === end) line++;
      else if (renumber[id] === -1) return { type: names[id] as string, line };
    }
  }
  throw new RangeError('firstUnknown: the vocabulary lacks none of the tokens.');
}
