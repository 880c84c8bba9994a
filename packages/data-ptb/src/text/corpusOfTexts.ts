import { expectOneOf, Sha256 } from '@bnrnn/core';
import { expectLimits, type VocabularyLimits } from '../chooseTypes';
import { hashTokens } from '../corpusText';
import {
  mapSplits,
  splitNames,
  textLevels,
  type SplitName,
  type TextCorpus,
  type TextLevel,
} from '../textCorpus';
import { endOfLine } from '../vocabulary';
import { CharacterScan } from './characterScan';
import { cutTokens, expectShares, type SplitShares } from './cutTokens';
import { corpusFromRaw, refuseEmpty, type RawCorpus } from './rawCorpus';
import type { ScannedText } from './textScan';
import { TypeTable } from './typeTable';
import { WordScan } from './wordScan';

/** The bytes of a UTF-8 text. */
export interface TextSource {
  /** What errors call it: a path or an address. */
  readonly where: string;
  /** Its bytes in pieces of any size, read once. */
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** `characters`: one space between any two characters, `_` for a space. Default `words`. */
  readonly form?: 'words' | 'characters';
}

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
 * @returns splits as int32 [tokens].
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
  const train = await scan(texts.train, level, table);
  const valid = await scan(texts.valid, level, table);
  const test = await scan(texts.test, level, table);
  const scanned = { train, valid, test };
  const raw: RawCorpus = {
    unit: level,
    names: table.names,
    splits: mapSplits((split) => {
      const { tokens, innerEnds } = scanned[split];
      return { where: texts[split].where, tokens, firstLine: innerEnds === 0 ? 1 : 0 };
    }),
    fileSha256: mapSplits((split) => scanned[split].fileSha256),
    notes: splitNames.flatMap((split) => notesOf(texts[split].where, scanned[split])),
  };
  refuseEmpty(raw);
  return withHashes(raw);
}

/** Reads one text and cuts it. @throws DataError where it is too short to be cut. */
export async function scanAndCut(
  text: TextSource,
  shares: SplitShares,
  level: TextLevel,
): Promise<RawCorpus> {
  const table = new TypeTable();
  const scanned = await scan(text, level, table);
  const end = table.names.indexOf(endOfLine);
  const parts = cutTokens(scanned.tokens, end, shares);
  const { where } = text;
  let line = scanned.innerEnds === 0 ? 1 : 0;
  const raw: RawCorpus = {
    unit: level,
    names: table.names,
    splits: mapSplits((split) => {
      const tokens = parts[split];
      const firstLine = line;
      if (line > 0) for (const id of tokens) if (id === end) line++;
      return { where: `${where} (its ${split} part)`, tokens, firstLine };
    }),
    fileSha256: mapSplits(() => scanned.fileSha256),
    notes: notesOf(where, scanned),
  };
  refuseEmpty(raw);
  return withHashes(raw);
}

function withHashes(raw: RawCorpus): RawCorpus {
  const { unit, names, splits } = raw;
  return {
    ...raw,
    sha256: mapSplits((split) => hashTokens(splits[split].tokens, { unit, types: names })),
  };
}

async function scan(
  { where, pieces, form = 'words' }: TextSource,
  level: TextLevel,
  table: TypeTable,
): Promise<ScannedText & { readonly fileSha256: string }> {
  const single = form === 'characters';
  const reader =
    level === 'word' || single
      ? new WordScan(where, table, single)
      : new CharacterScan(where, table);
  const hash = new Sha256();
  for await (const piece of pieces) {
    hash.update(piece);
    reader.push(piece);
  }
  return { ...reader.finish(), fileSha256: hash.hex() };
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
