import { DataError } from '@bnrnn/core';
import type { SplitName } from './textCorpus';

interface KnownSplit {
  /** Words, and one `<eos>` a line. */
  readonly word: number;
  /** Characters with one for each space between words, and one `<eos>` a line. */
  readonly character: number;
  /** Of the unpacked word text. */
  readonly sha256: string;
}

/** Mikolov's preprocessed Penn Treebank, the files that published perplexities are measured on. */
export const mikolovPtb: Readonly<Record<SplitName, KnownSplit>> = {
  train: {
    word: 929_589,
    character: 5_017_482,
    sha256: 'fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf',
  },
  valid: {
    word: 73_760,
    character: 393_042,
    sha256: 'c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2',
  },
  test: {
    word: 82_430,
    character: 442_423,
    sha256: 'dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0',
  },
};

/** @throws DataError when a split is not Mikolov's, saying what was expected and what came. */
export function refuseWrongFile(
  path: string,
  split: SplitName,
  level: 'word' | 'character',
  came: { tokens: number; sha256: string },
): void {
  const known = mikolovPtb[split];
  if (came.sha256 === known.sha256) return;
  const describe = (tokens: number, sha256: string): string =>
    `${tokens} ${level}s with <eos>, SHA-256 ${sha256.slice(0, 16)}...`;
  throw new DataError(
    `readPtb: wrong file: ${path} is not the ${split} split of Mikolov's Penn Treebank: expected ` +
      `${describe(known[level], known.sha256)}, got ${describe(came.tokens, came.sha256)}.`,
    {
      hint: 'Name your own corpus train.txt, valid.txt and test.txt, or turn the check off (verify: false).',
    },
  );
}
