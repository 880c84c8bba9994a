import { DataError } from '@bnrnn/core';
import { chooseTypes, type VocabularyLimits } from '../chooseTypes';
import { describeCorpus, type CorpusFacts } from '../describeCorpus';
import {
  mapSplits,
  splitNames,
  type SplitName,
  type TextCorpus,
  type TextLevel,
} from '../textCorpus';
import { endOfLine, vocabularyFromData } from '../vocabulary';

/** One part of a corpus before its vocabulary is chosen. */
interface RawSplit {
  /** What errors call it. */
  readonly where: string;
  /** int32 [tokens]: ids of the corpus's `names`. */
  readonly tokens: Int32Array;
  /** The line that its first token stands on, 0 where the lines of its text are not known. */
  readonly firstLine: number;
}

/** A corpus before its vocabulary is chosen. */
export interface RawCorpus extends CorpusFacts {
  readonly unit: TextLevel;
  /** The type of each id, in the order of their first appearance. */
  readonly names: readonly string[];
  readonly splits: Readonly<Record<SplitName, RawSplit>>;
}

/** @throws DataError for a split that holds no token but `<eos>`. */
export function refuseEmpty({ names, splits }: RawCorpus): void {
  const end = names.indexOf(endOfLine);
  for (const split of splitNames) {
    const { where, tokens } = splits[split];
    if (tokens.some((id) => id !== end)) continue;
    throw new DataError(`${where} is empty.`, {
      hint: `The ${split} split needs a text: at least one line with a word.`,
    });
  }
}

/**
 * Chooses the vocabulary of a corpus and renumbers its tokens, in place.
 *
 * @throws DataError when valid or test hold a type that the vocabulary lacks and there is no `<unk>` for.
 */
export function corpusFromRaw(name: string, raw: RawCorpus, limits: VocabularyLimits): TextCorpus {
  const { unit, names, splits, sha256, fileSha256, notes } = raw;
  const { types, renumber } = chooseTypes(names, splits.train.tokens, limits);
  for (const split of splitNames) refuseUnknown(splits[split], raw, renumber, types.length);
  const limited = limits.vocabularySize !== undefined || limits.minCount !== undefined;
  return describeCorpus(
    name,
    vocabularyFromData({ unit, types }),
    mapSplits((split) => {
      const { tokens } = splits[split];
      for (let i = 0; i < tokens.length; i++) tokens[i] = renumber[tokens[i] as number] as number;
      return tokens;
    }),
    {
      // The limits change the tokens.
      ...(sha256 !== undefined && !limited && { sha256 }),
      ...(fileSha256 !== undefined && { fileSha256 }),
      ...(notes !== undefined && { notes }),
    },
  );
}

function refuseUnknown(
  { where, tokens, firstLine }: RawSplit,
  { unit, names }: RawCorpus,
  renumber: Int32Array,
  size: number,
): void {
  const end = names.indexOf(endOfLine);
  let unknown = 0;
  let line = firstLine;
  let first: { type: string; line: number } | undefined;
  for (const id of tokens) {
    if (id === end) line++;
    else if (renumber[id] === -1) {
      unknown++;
      first ??= { type: names[id] as string, line };
    }
  }
  if (first === undefined) return;
  const on = firstLine === 0 ? '' : ` on line ${first.line}`;
  throw new DataError(
    `${where} has ${unknown} ${unit} tokens outside the train split's ${size} types, ` +
      `the first is "${first.type}"${on}.`,
    {
      hint: 'Make rare ones <unk>, e.g. --min-count 2 or --vocabulary-size 10000, or write <unk> in the files.',
    },
  );
}
