import { DataError } from '@bnrnn/core';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { splitNames, type SplitName, type TextLevel } from '../textCorpus';

/** The three files of a corpus and how their lines are written. */
export interface SplitFiles {
  readonly paths: Readonly<Record<SplitName, string>>;
  /** `characters`: one space between any two characters and `_` for a space. */
  readonly form: 'words' | 'characters';
  /** True for files named `ptb.*`: they claim to be Mikolov's. */
  readonly named: boolean;
}

interface Naming {
  name: (split: SplitName) => string;
  form: SplitFiles['form'];
  named: boolean;
}

const wordNamings: readonly Naming[] = [
  { name: (split) => `ptb.${split}.txt`, form: 'words', named: true },
  { name: (split) => `${split}.txt`, form: 'words', named: false },
  { name: (split) => `wiki.${split}.tokens`, form: 'words', named: false },
  { name: (split) => `wiki.${split}.raw`, form: 'words', named: false },
];
const characterNamings: readonly Naming[] = [
  { name: (split) => `ptb.char.${split}.txt`, form: 'characters', named: true },
  ...wordNamings,
];

/** Where the files may lie, seen from the folder that the user names. */
const places = [
  '.',
  'data',
  join('simple-examples', 'data'),
  'wikitext-2',
  'wikitext-2-raw',
  'wikitext-103',
  'wikitext-103-raw',
];

const holds =
  'The folder should hold ptb.train.txt, ptb.valid.txt and ptb.test.txt, or train.txt and so on, or ' +
  'wiki.train.tokens and so on.';
const cuts = 'one text is cut into three by shares: --split 90,5,5';

/**
 * Finds the train, valid and test file of a corpus: the first place and naming that has a train
 * file decides. A plain file is taken before a packed one.
 *
 * @throws DataError when the folder or one of the files is missing.
 */
export async function findSplitFiles(folder: string, level: TextLevel): Promise<SplitFiles> {
  await refuseNoFolder(folder);
  const namings = level === 'word' ? wordNamings : characterNamings;
  for (const place of places) {
    const at = join(folder, place);
    const present = new Set(await namesIn(at));
    const find = (name: string): string | undefined =>
      [name, `${name}.gz`].find((candidate) => present.has(candidate));

    for (const { name, form, named } of namings) {
      if (find(name('train')) === undefined) continue;
      const found = splitNames.map((split) => {
        const file = find(name(split));
        if (file !== undefined) return [split, join(at, file)] as const;
        throw new DataError(
          `readPtb: ${at} has no ${split} split, looked for ${name(split)} and ${name(split)}.gz.`,
          { hint: `Put it beside ${name('train')}; ${cuts}.` },
        );
      });
      return { paths: Object.fromEntries(found) as Record<SplitName, string>, form, named };
    }
  }
  const looked = namings.map(({ name }) => name('train')).join(', ');
  throw new DataError(
    `readPtb: ${folder} has no train split, looked for ${looked} (each also with .gz) in it, in ` +
      `${places.slice(1, -1).join(', ')} and ${places.at(-1) ?? ''}.`,
    { hint: `The folder needs three text files: train, valid and test. Or ${cuts}.` },
  );
}

/**
 * Finds the one text that is to be cut: the file itself, the only file of the folder, or its only
 * one that is named as a text.
 *
 * @throws DataError when there is none, or more than one.
 */
export async function findOneText(path: string): Promise<string> {
  const info = await stat(path).catch((cause: unknown) => refuseAbsent(path, cause, 'text'));
  if (!info.isDirectory()) return path;
  const entries = await readdir(path, { withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  const texts = files.filter((name) => /\.(txt|text|tokens|raw)(\.gz)?$/i.test(name));
  const [only, ...more] = texts.length > 0 ? texts : files;
  if (only === undefined) {
    throw new DataError(`readPtb: the folder ${path} holds no file, expected one text to cut.`, {
      hint: 'Name the text itself.',
    });
  }
  if (more.length > 0) {
    throw new DataError(
      `readPtb: the folder ${path} holds ${more.length + 1} texts, expected one to cut: ` +
        `${[only, ...more].slice(0, 3).join(', ')}${more.length > 2 ? ', ...' : ''}.`,
      {
        hint: 'Name the text itself, or leave the split out where train, valid and test are there.',
      },
    );
  }
  return join(path, only);
}

/** What a corpus of one text is called: the file without its endings. */
export function textName(path: string): string {
  return basename(path).replace(/(\.(txt|text|tokens|raw))?(\.gz)?$/i, '');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw noAccess(folder, cause);
  }
}

async function refuseNoFolder(folder: string): Promise<void> {
  const info = await stat(folder).catch((cause: unknown) => refuseAbsent(folder, cause, 'folder'));
  if (info.isDirectory()) return;
  throw new DataError(`readPtb: ${folder} is a file, expected the folder it lies in.`, {
    hint: `Name its folder; ${cuts}.`,
  });
}

function refuseAbsent(path: string, cause: unknown, what: string): never {
  if (codeOf(cause) === 'ENOENT') {
    throw new DataError(`readPtb: the ${what} ${path} does not exist.`, { cause, hint: holds });
  }
  throw noAccess(path, cause);
}

function noAccess(path: string, cause: unknown): DataError {
  return new DataError(`readPtb: the folder ${path} cannot be read (${String(codeOf(cause))}).`, {
    cause,
    hint: 'Look at its permissions and at those of the folders above it.',
  });
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
