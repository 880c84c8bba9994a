import { expectOneOf } from '@bnrnn/core';
import { basename, resolve } from 'node:path';
import { expectLimits, type VocabularyLimits } from '../chooseTypes';
import { corpusName } from '../corpusName';
import { scanAndCut, scanTexts } from '../text/corpusOfTexts';
import { expectShares, type SplitShares } from '../text/cutTokens';
import { corpusFromRaw } from '../text/rawCorpus';
import type { TextSource } from '../text/scanText';
import { textLevels, type TextCorpus, type TextLevel } from '../textCorpus';
import { isMikolovs, refuseOthers } from './mikolovPtb';
import { openText } from './openText';
import { findOneText, findSplitFiles, textName } from './splitFiles';

export interface ReadPtbOptions extends VocabularyLimits {
  /** Default `word`. */
  readonly level?: TextLevel;
  /**
   * Whether the tokens must be those of Mikolov's Penn Treebank, by SHA-256. Left out, files named
   * `ptb.*` must be and others need not; `true` asks it of any name, `false` of none.
   */
  readonly verify?: boolean;
  /**
   * Shares of train, valid and test, e.g. `[90, 5, 5]`: cuts one text, in its own order, at ends of
   * lines. The path is then the text, or a folder with this one text.
   */
  readonly split?: SplitShares;
}

/**
 * Reads the Penn Treebank, or any corpus laid out like it, from a folder.
 *
 * The three files are `ptb.train.txt`, `train.txt`, `wiki.train.tokens` or `wiki.train.raw` and so on
 * (for characters `ptb.char.train.txt` first), plain or packed by gzip, in the folder, in its `data`,
 * `simple-examples/data` or `wikitext-2` (`-raw`, `wikitext-103`). How words and characters are cut
 * and how the vocabulary is chosen: `corpusOfTexts`. Ready-made `ptb.char.*` files give the same
 * tokens as the word files.
 *
 * A corpus is known by its tokens: blanks and line ends may be written in any way.
 *
 * @returns tokens that are read from the files again whenever they are asked for, so that the files must stay as
 *   they are; those of packed files are in memory. The name is `ptb` (`ptb-char`) for Mikolov's files, otherwise
 *   the folder's, with what was changed in brackets.
 * @throws DataError when the folder or a file is missing, empty, unreadable, no UTF-8, not Mikolov's
 *   where it must be, or when valid or test holds a type that the vocabulary does not.
 */
export async function readPtb(folder: string, options: ReadPtbOptions = {}): Promise<TextCorpus> {
  const level = expectOneOf('readPtb: level', options.level ?? 'word', textLevels);
  expectLimits('readPtb', options);
  if (options.split !== undefined) return readOneText(folder, level, options, options.split);

  const { paths, form, named } = await findSplitFiles(folder, level);
  const source = async (path: string): Promise<TextSource> => ({
    where: path,
    pieces: await openText(path),
    form,
  });
  const raw = await scanTexts(
    {
      train: await source(paths.train),
      valid: await source(paths.valid),
      test: await source(paths.test),
    },
    level,
  );
  if (options.verify ?? named) refuseOthers(raw);
  const own = basename(resolve(folder));
  const taken = own === 'ptb' || own === 'ptb-char' ? `${own} (not Mikolov's)` : own;
  return corpusFromRaw(corpusName(isMikolovs(raw) ? 'ptb' : taken, level, options), raw, options);
}

async function readOneText(
  path: string,
  level: TextLevel,
  limits: VocabularyLimits,
  split: SplitShares,
): Promise<TextCorpus> {
  const shares = expectShares('readPtb: split', split);
  const file = await findOneText(path);
  const raw = await scanAndCut({ where: file, pieces: await openText(file) }, shares, level);
  const name = textName(file) || basename(resolve(path));
  return corpusFromRaw(corpusName(name, level, limits, [`split ${shares.join(',')}`]), raw, limits);
}
