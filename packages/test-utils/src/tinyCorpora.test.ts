import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { tinySentences, writeTinyPtb } from './tinyPtb';
import { countingTokens, learnableTokens } from './tinyTokens';

test('the tiny corpus has the layout of the real files and no new type in valid and test', () => {
  const { folder, remove } = writeTinyPtb({ repeats: 2 });
  expect(readdirSync(folder).sort()).toEqual(['ptb.test.txt', 'ptb.train.txt', 'ptb.valid.txt']);
  const text = readFileSync(join(folder, 'ptb.train.txt'), 'utf8');
  expect(text.startsWith(' the clock in the tower struck N \n the clock was slow')).toBe(true);
  const words = text.split(/\s+/).filter(Boolean);
  expect(words).toHaveLength(2 * 97);
  expect(text.split('\n')).toHaveLength(2 * 12 + 1);
  const types = new Set(words);
  expect(types.size).toBe(22);
  for (const sentence of [...tinySentences.valid, ...tinySentences.test]) {
    for (const word of sentence.split(' ')) expect(types).toContain(word);
  }
  remove();
  expect(existsSync(folder)).toBe(false);
});

test('files can have other names', () => {
  const files = { train: 'train.txt', valid: 'valid.txt', test: 'test.txt' };
  const { folder, remove } = writeTinyPtb({ files });
  expect(readFileSync(join(folder, 'test.txt'), 'utf8')).toContain('asked the men for a train');
  remove();
});

test('learnable tokens follow their rule but for the share of noise', () => {
  const tokens = learnableTokens(5000, 10, { seed: 3, noise: 0.2 });
  const follows = tokens.slice(1).filter((token, i) => token === (3 * tokens[i]! + 1) % 10).length;
  // A noisy position still follows by chance, one time in ten: 0.8 + 0.02.
  expect(Math.abs(follows / 4999 - 0.82)).toBeLessThan(0.02);
  expect(new Set(tokens).size).toBe(10);
  expect([...countingTokens(3)]).toEqual([0, 1, 2]);
});
