import { DataError } from '@bnrnn/core';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { splitNames, type SplitName } from './textCorpus';

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
];
const characterNamings: readonly Naming[] = [
  { name: (split) => `ptb.char.${split}.txt`, form: 'characters', named: true },
  ...wordNamings,
];

/** Where the files may lie, seen from the folder that the user names. */
const places = ['.', 'data', join('simple-examples', 'data')];

/**
 * Finds the train, valid and test file of a corpus: the first place and naming that has a train
 * file decides. A plain file is taken before a packed one.
 *
 * @throws DataError when the folder or one of the files is missing.
 */
export async function findSplitFiles(
  folder: string,
  level: 'word' | 'character',
): Promise<SplitFiles> {
  await refuseMissing(folder);
  const namings = level === 'word' ? wordNamings : characterNamings;
  for (const place of places) {
    const at = join(folder, place);
    const present = new Set(await readdir(at).catch(() => []));
    const find = (name: string): string | undefined =>
      [name, `${name}.gz`].find((candidate) => present.has(candidate));

    for (const { name, form, named } of namings) {
      if (find(name('train')) === undefined) continue;
      const found = splitNames.map((split) => {
        const file = find(name(split));
        if (file !== undefined) return [split, join(at, file)] as const;
        throw new DataError(
          `readPtb: ${at} has no ${split} split, looked for ${name(split)} and ${name(split)}.gz.`,
        );
      });
      return { paths: Object.fromEntries(found) as Record<SplitName, string>, form, named };
    }
  }
  const looked = namings.map(({ name }) => name('train')).join(', ');
  throw new DataError(
    `readPtb: ${folder} has no train split, looked for ${looked} (each also with .gz) in it, in ` +
      `${places.slice(1).join(' and in ')}.`,
    { hint: 'The folder needs three text files: train, valid and test.' },
  );
}

async function refuseMissing(folder: string): Promise<void> {
  try {
    await readdir(folder);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') {
      throw new DataError(`readPtb: the folder ${folder} does not exist.`, { cause });
    }
    if (code === 'ENOTDIR') {
      throw new DataError(`readPtb: ${folder} is a file, expected the folder it lies in.`, {
        cause,
      });
    }
    throw new DataError(`readPtb: the folder ${folder} cannot be read (${String(code)}).`, {
      cause,
    });
  }
}
