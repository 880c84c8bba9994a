import { DataError, expectOneOf } from '@bnrnn/core';
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { describeCorpus } from './describeCorpus';
import { Int32Buffer } from './int32Buffer';
import { mikolovPtb, refuseWrongFile } from './mikolovPtb';
import { readLines } from './readLines';
import { findSplitFiles, type SplitFiles } from './splitFiles';
import { splitNames, type SplitName, type TextCorpus } from './textCorpus';
import { TypeCounter } from './typeCounter';
import { endOfLine, vocabularyFromData, type Vocabulary } from './vocabulary';

export interface ReadPtbOptions {
  /** Default `word`. */
  level?: 'word' | 'character';
  /**
   * Whether the files must be Mikolov's Penn Treebank, by SHA-256. Left out, files named `ptb.*`
   * must be and others need not; `true` asks it of any name, `false` of none.
   */
  verify?: boolean;
}

/**
 * Reads the Penn Treebank, or any corpus laid out like it, from a folder.
 *
 * The three files are `ptb.train.txt`, `train.txt` or `wiki.train.tokens` and so on (for characters
 * `ptb.char.train.txt` first), plain or `.gz`, in the folder, in its `data` or its
 * `simple-examples/data`. Words are what stands between white space; `<eos>` follows each line.
 *
 * At character level the word text is trimmed at each end of a line, every other space is `_`, and
 * `<eos>` is one symbol at each newline; `<unk>` is its five characters. Ready-made `ptb.char.*`
 * files give the same tokens. Their SHA-256 is that of the word text they stand for.
 *
 * The vocabulary is what occurs in train: the most frequent type has id 0, of two equally frequent
 * ones the first seen has the lower id.
 *
 * @returns splits as int32 [tokens]. The name is `ptb` (`ptb-char`) for Mikolov's files, otherwise
 *   the folder's.
 * @throws DataError when the folder or a file is missing, empty, unreadable, not Mikolov's where it
 *   must be, or when valid or test holds a type that train does not.
 */
export async function readPtb(folder: string, options: ReadPtbOptions = {}): Promise<TextCorpus> {
  const level = expectOneOf('readPtb: level', options.level ?? 'word', ['word', 'character']);
  const files = await findSplitFiles(folder, level);
  const mustBePtb = options.verify ?? files.named;

  const counter = new TypeCounter();
  const trainHash = await readTokens(files, 'train', level, (token) => counter.push(token));
  const { types, tokens: train } = counter.ranked();
  const vocabulary = vocabularyFromData({ unit: level, types });

  const check = (split: SplitName, tokens: Int32Array, sha256: string): void => {
    const path = files.paths[split];
    if (tokens.every((id) => types[id] === endOfLine)) {
      throw new DataError(`readPtb: ${path} is empty.`);
    }
    if (mustBePtb) refuseWrongFile(path, split, level, { tokens: tokens.length, sha256 });
  };
  check('train', train, trainHash);

  const read = async (split: SplitName): Promise<{ tokens: Int32Array; sha256: string }> => {
    const unknown = new UnknownTypes();
    const ids = new Int32Buffer();
    const sha256 = await readTokens(files, split, level, (token, line) => {
      const id = vocabulary.idOf(token);
      if (id === undefined) unknown.add(token, line);
      ids.push(id ?? -1);
    });
    const tokens = ids.toArray();
    check(split, tokens, sha256);
    unknown.refuse(files.paths[split], vocabulary);
    return { tokens, sha256 };
  };
  const valid = await read('valid');
  const test = await read('test');

  const sha256 = { train: trainHash, valid: valid.sha256, test: test.sha256 };
  const isPtb = splitNames.every((split) => sha256[split] === mikolovPtb[split].sha256);
  return describeCorpus(
    corpusName(folder, isPtb, level),
    vocabulary,
    { train, valid: valid.tokens, test: test.tokens },
    sha256,
  );
}

/** Reads one split's tokens; returns the SHA-256 of its word text. */
async function readTokens(
  { paths, form }: SplitFiles,
  split: SplitName,
  level: 'word' | 'character',
  onToken: (token: string, line: number) => void,
): Promise<string> {
  const path = paths[split];
  let line = 0;
  if (level === 'word') {
    return readLines(path, (text) => {
      line++;
      forEachWord(text, (word) => onToken(word, line));
      onToken(endOfLine, line);
    });
  }
  const restored = createHash('sha256');
  const plain = await readLines(path, (text) => {
    line++;
    const content =
      form === 'words' ? text.trim().replaceAll(' ', '_') : joinCharacters(text, path, line);
    for (const character of content) onToken(character, line);
    onToken(endOfLine, line);
    if (form === 'characters') restored.update(` ${content.replaceAll('_', ' ')} \n`);
  });
  return form === 'words' ? plain : restored.digest('hex');
}

/** Calls `onWord` for each run of characters above the space. */
function forEachWord(line: string, onWord: (word: string) => void): void {
  let start = 0;
  for (let i = 0; i <= line.length; i++) {
    if (i < line.length && line.charCodeAt(i) > 32) continue;
    if (i > start) onWord(line.slice(start, i));
    start = i + 1;
  }
}

/** The characters of a line in which spaces stand between them. */
function joinCharacters(line: string, path: string, number: number): string {
  const characters = line.split(' ').filter(Boolean);
  const long = characters.find((character) => Array.from(character).length > 1);
  if (long === undefined) return characters.join('');
  throw new DataError(
    `readPtb: line ${number} of ${path} has "${long}", expected single characters with a space between.`,
  );
}

/** What valid or test holds that train does not. */
class UnknownTypes {
  #tokens = 0;
  #first: { type: string; line: number } | undefined;

  add(type: string, line: number): void {
    this.#tokens++;
    this.#first ??= { type, line };
  }

  refuse(path: string, vocabulary: Vocabulary): void {
    if (this.#first === undefined) return;
    const { type, line } = this.#first;
    throw new DataError(
      `readPtb: ${path} has ${this.#tokens} ${vocabulary.unit} tokens outside the train split's ` +
        `${vocabulary.size} types, the first is "${type}" on line ${line}.`,
      { hint: 'Write <unk> for rare words in all three files.' },
    );
  }
}

function corpusName(folder: string, isPtb: boolean, level: 'word' | 'character'): string {
  if (isPtb) return level === 'word' ? 'ptb' : 'ptb-char';
  const own = basename(resolve(folder));
  return own === 'ptb' || own === 'ptb-char' ? `${own} (not Mikolov's)` : own;
}
