import { UsageError } from '@bnrnn/core';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { describeCorpus } from './describeCorpus';
import { firstTokens } from './firstTokens';
import { mapSplits } from './textCorpus';
import { hashIds, hashTokens } from './tokenHash';
import { vocabularyFromData } from './vocabulary';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const vocabulary = vocabularyFromData({ unit: 'word', types: ['a', '<eos>', 'b', "'s"] });
const splits = {
  train: Int32Array.of(0, 2, 1, 1, 3, 0, 1),
  valid: Int32Array.of(2, 3),
  test: Int32Array.of(1),
};
const corpus = describeCorpus('tales', vocabulary, splits, {
  sha256: mapSplits((split) => hashIds(splits[split], 'word', vocabulary.types)),
});

it('says what a run records', () => {
  expect(corpus.info).toEqual({
    name: 'tales',
    sha256: {
      train: sha256(" a b \n \n 's a \n"),
      valid: sha256(" b 's "),
      test: sha256(' \n'),
    },
    counts: { train: 7, valid: 2, test: 1 },
    classes: 4,
  });
});

it('hashes characters as the text they stand for, across its blocks', async () => {
  const characters = vocabularyFromData({ unit: 'character', types: ['x', '_', '<eos>', 'é'] });
  const line = [3, 1, 0, 0, 1, 3, 2];
  const tokens = Int32Array.from({ length: 7 * 30_000 }, (_, i) => line[i % 7]!);
  expect(await hashTokens(tokens, characters)).toBe(sha256(' é xx é \n'.repeat(30_000)));
  expect(await hashTokens(tokens.subarray(0, 4), characters)).toBe(sha256(' é xx'));
});

it('keeps the first tokens of the splits asked for', async () => {
  const small = await firstTokens(corpus, { train: 3, valid: 50 });
  expect(small.name).toBe('tales[train 3]');
  expect(small.splits.train).toEqual(Int32Array.of(0, 2, 1));
  expect(small.splits.valid).toEqual(corpus.splits.valid);
  expect(small.vocabulary).toBe(corpus.vocabulary);
  expect(small.info).toEqual({
    name: 'tales[train 3]',
    sha256: { ...corpus.info.sha256, train: sha256(' a b \n') },
    counts: { train: 3, valid: 2, test: 1 },
    classes: 4,
  });
  const smaller = await firstTokens(corpus, { train: 6, test: 1, valid: 1 });
  expect(smaller.name).toBe('tales[train 6, valid 1]');
});

it('gives back the corpus where nothing is cut, and refuses limits that keep nothing', async () => {
  expect(await firstTokens(corpus, {})).toBe(corpus);
  expect(await firstTokens(corpus, { train: 7 })).toBe(corpus);
  await expect(firstTokens(corpus, { valid: 0 })).rejects.toThrow(
    new UsageError('firstTokens: valid is 0, expected a whole number at least 1.'),
  );
});
