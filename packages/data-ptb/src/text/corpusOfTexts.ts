import { expectOneOf } from '@bnrnn/core';
import { expectLimits, type VocabularyLimits } from '../chooseTypes';
import {
  mapSplits,
  mapSplitsInTurn,
  splitNames,
  textLevels,
  type SplitName,
  type TextCorpus,
  type TextLevel,
} from '../textCorpus';
import { tallyOf } from '../tokenTally';
import { endOfLine } from '../vocabulary';
import { cutTokens, expectShares, type SplitShares } from './cutTokens';
import { corpusFromRaw, refuseEmpty, type RawCorpus } from './rawCorpus';
import { scanText, type ScannedText, type TextSource } from './scanText';
import { TypeTable } from './typeTable';

/** How a text becomes tokens. */
export interface TextOptions extends VocabularyLimits {
  /** Default `word`. */
  readonly level?: TextLevel;
}

/**
 * Makes a corpus of three texts, in any runtime: bytes in, token ids out.
 *
 * Words are what stands between blanks (U+0020 and below); `<eos>` follows each line that does not end
 * in one. Characters are those of a line without its outer blanks, `_` for a space, and `<eos>`. The
 * vocabulary is what occurs in train (with a limit: its most frequent types and `<unk>`), the most
 * frequent type first, of equals the first seen.
 *
 * @throws DataError for a text that is empty or no UTF-8, with line and byte, or that holds what the
 *   vocabulary lacks; UsageError for an option out of range.
 */
export async function corpusOfTexts(
  name: string,
  texts: Readonly<Record<SplitName, TextSource>>,
  options: TextOptions = {},
): Promise<TextCorpus> {
  expectLimits('corpusOfTexts', options);
  return corpusFromRaw(name, await scanTexts(texts, levelOf(options)), options);
}

/**
 * Makes a corpus of one text, cut into train, valid and test in its own order, at ends of lines.
 *
 * @param shares  of train, valid and test, e.g. `[90, 5, 5]`.
 * @throws as `corpusOfTexts` does.
 */
export async function corpusOfText(
  name: string,
  text: TextSource,
  shares: SplitShares,
  options: TextOptions = {},
): Promise<TextCorpus> {
  expectLimits('corpusOfText', options);
  const checked = expectShares('corpusOfText: shares', shares);
  return corpusFromRaw(name, await scanAndCut(text, checked, levelOf(options)), options);
}

function levelOf({ level }: TextOptions): TextLevel {
  return expectOneOf('corpusOfTexts: level', level ?? 'word', textLevels);
}

/** Reads three texts with one table of types, train first. @throws DataError where one is empty. */
export async function scanTexts(
  texts: Readonly<Record<SplitName, TextSource>>,
  level: TextLevel,
): Promise<RawCorpus> {
  const table = new TypeTable();
  const scanned = await mapSplitsInTurn((split) => scanText(texts[split], level, table));
  const raw: RawCorpus = {
    unit: level,
    names: table.names,
    splits: mapSplits((split) => {
      const { tokens, tally, innerEnds } = scanned[split];
      const firstLine = innerEnds === 0 ? 1 : 0;
      return { where: texts[split].where, tokens, counts: tally.counts, firstLine };
    }),
    fileSha256: mapSplits((split) => scanned[split].fileSha256),
    notes: splitNames.flatMap((split) => notesOf(texts[split].where, scanned[split])),
  };
  refuseEmpty(raw);
  return { ...raw, sha256: mapSplits((split) => scanned[split].tally.hash.hex()) };
}

/** Reads one text and cuts it. @throws DataError where it is too short to be cut. */
export async function scanAndCut(
  text: TextSource,
  shares: SplitShares,
  level: TextLevel,
): Promise<RawCorpus> {
  const table = new TypeTable();
  const scanned = await scanText(text, level, table);
  const { names } = table;
  const end = names.indexOf(endOfLine);
  const parts = await cutTokens(scanned.tokens, end, shares);
  const tallies = await mapSplitsInTurn((split) => tallyOf(parts[split], level, names));
  const { where } = text;
  let line = scanned.innerEnds === 0 ? 1 : 0;
  const raw: RawCorpus = {
    unit: level,
    names,
    splits: mapSplits((split) => {
      const { counts } = tallies[split];
      const firstLine = line;
      if (line > 0) line += counts.of(end);
      return { where: `${where} (its ${split} part)`, tokens: parts[split], counts, firstLine };
    }),
    fileSha256: mapSplits(() => scanned.fileSha256),
    notes: notesOf(where, scanned),
  };
  refuseEmpty(raw);
  return { ...raw, sha256: mapSplits((split) => tallies[split].hash.hex()) };
}

/** What was met in a text and decided, one sentence each. */
function notesOf(where: string, { endedLines, underscores }: ScannedText): string[] {
  const count = (n: number) => n.toLocaleString('en-US');
  return [
    ...(endedLines > 0
      ? [`${where}: ${count(endedLines)} lines end in <eos> already; no second one was added.`]
      : []),
    ...(underscores > 0
      ? [`${where}: its ${count(underscores)} underscores count as spaces, which are written as _.`]
      : []),
  ];
}
