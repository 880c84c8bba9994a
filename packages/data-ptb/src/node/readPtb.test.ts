import { DataError } from '@bnrnn/core';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTokens } from '../tokens';
import { readPtb } from './readPtb';

let root = '';
let folder = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bnrnn-ptb-'));
  folder = join(root, 'tales');
  await mkdir(folder);
});
afterEach(() => rm(root, { recursive: true }));

const texts = {
  train: ' the cat sat \n the dog and the cat <unk> \n',
  valid: ' the cat <unk> \n',
  test: ' dog sat \n the \n',
};

const write = async (files: Record<string, string | Buffer>): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
};

const writeSplits = (name: (split: string) => string, packed = false): Promise<void> =>
  write(
    Object.fromEntries(
      Object.entries(texts).map(([split, text]) => [
        name(split) + (packed ? '.gz' : ''),
        packed ? gzipSync(text) : text,
      ]),
    ),
  );

const failure = async (promise: Promise<unknown>): Promise<DataError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DataError) return error;
  throw new Error('expected a DataError', { cause: error });
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('words', () => {
  it('become ids by frequency, then first appearance, with <eos> after each line', async () => {
    await writeSplits((split) => `${split}.txt`);
    const corpus = await readPtb(folder);
    expect(corpus.vocabulary.types).toEqual(['the', 'cat', '<eos>', 'sat', 'dog', 'and', '<unk>']);
    expect(await readTokens(corpus.splits.train)).toEqual(
      Int32Array.of(0, 1, 3, 2, 0, 4, 5, 0, 1, 6, 2),
    );
    expect(await readTokens(corpus.splits.valid)).toEqual(Int32Array.of(0, 1, 6, 2));
    expect(await readTokens(corpus.splits.test)).toEqual(Int32Array.of(4, 3, 2, 0, 2));
    expect(corpus.unit).toBe('word');
    expect(corpus.info).toEqual({
      name: 'tales',
      sha256: {
        train: sha256(' the cat sat \n the dog and the cat <unk> \n'),
        valid: sha256(texts.valid),
        test: sha256(texts.test),
      },
      fileSha256: {
        train: sha256(texts.train),
        valid: sha256(texts.valid),
        test: sha256(texts.test),
      },
      counts: { train: 11, valid: 4, test: 5 },
      classes: 7,
    });
  });

  it.each([
    ['ptb.*.txt', (split: string) => `ptb.${split}.txt`],
    ['*.txt in data', (split: string) => `data/${split}.txt`],
    [
      'ptb.*.txt in simple-examples/data',
      (split: string) => `simple-examples/data/ptb.${split}.txt`,
    ],
    ['wiki.*.tokens', (split: string) => `wiki.${split}.tokens`],
    ['wiki.*.raw in wikitext-2-raw', (split: string) => `wikitext-2-raw/wiki.${split}.raw`],
  ])('are found as %s, plain and packed', async (_, name) => {
    await writeSplits(name, true);
    const packed = await readPtb(folder, { verify: false });
    await writeSplits(name);
    const plain = await readPtb(folder, { verify: false });
    expect(await readTokens(packed.splits.train)).toEqual(
      Int32Array.of(0, 1, 3, 2, 0, 4, 5, 0, 1, 6, 2),
    );
    expect(plain.info).toEqual(packed.info);
  });

  it('stand between any white space; a last line may lack its newline', async () => {
    await write({ 'train.txt': 'b\ta  b\r\n\r\na b', 'valid.txt': 'a\n', 'test.txt': '\n\nb' });
    const { splits, vocabulary } = await readPtb(folder);
    expect(vocabulary.decode(await readTokens(splits.train))).toBe('b a b\n\na b\n');
    expect(vocabulary.types).toEqual(['b', '<eos>', 'a']);
    expect(vocabulary.decode(await readTokens(splits.test))).toBe('\n\nb\n');
  });

  it('survive the borders of the chunks a file is read in', async () => {
    const line = (i: number): string => ` wörd${i % 7} ${'x'.repeat(i % 97)} 💡 `;
    // Four bytes a character from byte 1 on, so that a border at a power of 2 cuts one in two.
    const long = `x${'💡'.repeat(80_000)}`;
    const lines = [long, ...Array.from({ length: 12_000 }, (_, i) => line(i))];
    const train = `${lines.join('\n')}\n`;
    expect(Buffer.byteLength(train)).toBeGreaterThan(2 * (1 << 18));
    await write({ 'train.txt': train, 'valid.txt': line(1), 'test.txt': line(2) });
    const { splits, vocabulary } = await readPtb(folder);
    const expected = `${lines.map((text) => text.trim().replaceAll(/ +/g, ' ')).join('\n')}\n`;
    expect(vocabulary.decode(await readTokens(splits.train))).toBe(expected);
  });
});

describe('characters', () => {
  const expected = 'the cat sat\nthe dog and the cat <unk>\n';

  it('come from the word text: trimmed, spaces as _, <eos> at each newline', async () => {
    await writeSplits((split) => `${split}.txt`);
    const { splits, vocabulary, unit, info } = await readPtb(folder, { level: 'character' });
    expect(unit).toBe('character');
    expect(vocabulary.unit).toBe('character');
    expect(vocabulary.decode(await readTokens(splits.train))).toBe(expected);
    expect(splits.train.length).toBe(expected.length);
    expect(vocabulary.types.slice(0, 5)).toEqual(['_', 't', 'a', 'h', 'e']);
    expect(vocabulary.types.toSorted().join(' ')).toBe('< <eos> > _ a c d e g h k n o s t u');
    expect(info.sha256['train']).toBe(sha256(texts.train));
  });

  it('are the same from ready-made files, hash included', async () => {
    await writeSplits((split) => `${split}.txt`);
    const derived = await readPtb(folder, { level: 'character' });
    const spaced = (text: string): string =>
      text
        .trim()
        .split('\n')
        .map((line) => ` ${Array.from(line.trim().replaceAll(' ', '_')).join(' ')} \n`)
        .join('');
    expect(spaced(texts.valid)).toBe(' t h e _ c a t _ < u n k > \n');
    await write({
      'ptb.char.train.txt': spaced(texts.train),
      'ptb.char.valid.txt': spaced(texts.valid),
      'ptb.char.test.txt.gz': gzipSync(spaced(texts.test)),
    });
    const ready = await readPtb(folder, { level: 'character', verify: false });
    for (const split of ['train', 'valid', 'test'] as const) {
      expect(await readTokens(ready.splits[split])).toEqual(
        await readTokens(derived.splits[split]),
      );
    }
    expect(ready.vocabulary.types).toEqual(derived.vocabulary.types);
    expect(ready.info).toEqual({ ...derived.info, fileSha256: ready.info.fileSha256 });
    expect(ready.info.fileSha256?.['test']).toBe(sha256(spaced(texts.test)));
    // The folder still has its words.
    expect((await readPtb(folder)).unit).toBe('word');
  });

  it('ready-made must stand alone', async () => {
    await write({
      'ptb.char.train.txt': 'a b\na <unk> b\n',
      'ptb.char.valid.txt': 'a\n',
      'ptb.char.test.txt': 'b\n',
    });
    const error = await failure(readPtb(folder, { level: 'character', verify: false }));
    expect(error.message).toBe(
      `${join(folder, 'ptb.char.train.txt')} has "<unk>" on line 2, expected single ` +
        'characters with a space between.',
    );
  });
});

describe('refuses', () => {
  it('a missing folder, and a file in place of one', async () => {
    const missing = join(folder, 'nowhere');
    expect((await failure(readPtb(missing))).message).toBe(
      `readPtb: the folder ${missing} does not exist.`,
    );
    await write({ 'train.txt': 'a\n' });
    const file = join(folder, 'train.txt');
    expect((await failure(readPtb(file))).message).toBe(
      `readPtb: ${file} is a file, expected the folder it lies in.`,
    );
  });

  it('a missing split, with the names it looked for', async () => {
    const error = await failure(readPtb(folder));
    expect(error.message).toBe(
      `readPtb: ${folder} has no train split, looked for ptb.train.txt, train.txt, ` +
        'wiki.train.tokens, wiki.train.raw (each also with .gz) in it, in data, ' +
        'simple-examples/data, wikitext-2, wikitext-2-raw, wikitext-103 and wikitext-103-raw.',
    );
    await write({ 'data/train.txt': 'a\n', 'data/valid.txt': 'a\n' });
    expect((await failure(readPtb(folder))).message).toBe(
      `readPtb: ${join(folder, 'data')} has no test split, looked for test.txt and test.txt.gz.`,
    );
  });

  it.each(['', '\n\n', '  \n'])('an empty file: %j', async (empty) => {
    await writeSplits((split) => `${split}.txt`);
    await write({ 'valid.txt': empty });
    const sentence = (split: string): string => `${join(folder, split)} is empty.`;
    expect((await failure(readPtb(folder))).message).toBe(sentence('valid.txt'));
    await write({ 'train.txt': empty });
    expect((await failure(readPtb(folder))).message).toBe(sentence('train.txt'));
    await writeSplits((split) => `ptb.${split}.txt`);
    await write({ 'ptb.train.txt': empty });
    expect((await failure(readPtb(folder))).message).toBe(sentence('ptb.train.txt'));
  });

  it('tokens of valid or test that train does not hold', async () => {
    await writeSplits((split) => `${split}.txt`);
    await write({ 'test.txt': 'the dog\nthe fox sat\ncat bird fox\n' });
    const error = await failure(readPtb(folder));
    expect(error.message).toBe(
      `${join(folder, 'test.txt')} has 3 word tokens outside the train split's 7 types, ` +
        'the first is "fox" on line 2.',
    );
    expect(error.hint).toContain('--min-count 2');
  });

  it('a file that is packed badly', async () => {
    await writeSplits((split) => `${split}.txt`, true);
    await write({ 'train.txt.gz': gzipSync(texts.train).subarray(0, -12) });
    expect((await failure(readPtb(folder))).message).toMatch(
      /train\.txt\.gz cannot be read: unexpected end of file\.$/,
    );
  });

  it('a level it does not know', async () => {
    await expect(readPtb(folder, { level: 'char' as 'character' })).rejects.toThrow(
      'readPtb: level is "char", expected one of: word, character.',
    );
  });
});

describe('the check against Mikolov', () => {
  it('refuses files named ptb.* that are not his, naming both', async () => {
    await writeSplits((split) => `ptb.${split}.txt`);
    const error = await failure(readPtb(folder));
    expect(error.message).toBe(
      `${join(folder, 'ptb.train.txt')} is not the train split of Mikolov's Penn Treebank: it ` +
        'has 2 lines (expected 42,068), 11 words with <eos> (expected 929,589), 7 types (expected ' +
        `10,000), 1 <unk> (expected 45,020); SHA-256 of its words ${sha256(texts.train).slice(0, 16)}..., ` +
        'expected fcea919f6cf83f35....',
    );
    expect(error.hint).toContain('train.txt');
    const characters = await failure(readPtb(folder, { level: 'character' }));
    expect(characters.message).toContain('characters with <eos> (expected 5,017,482)');
  });

  it('is off for other names and on when asked', async () => {
    await writeSplits((split) => `${split}.txt`);
    expect((await readPtb(folder)).name).toBe('tales');
    expect((await failure(readPtb(folder, { verify: true }))).message).toContain(
      'is not the train split',
    );
  });

  it('comes before the complaint about unknown tokens', async () => {
    await writeSplits((split) => `ptb.${split}.txt`);
    await write({ 'train.txt': texts.train, 'valid.txt': 'fox\n', 'test.txt': texts.test });
    const error = await failure(readPtb(folder, { verify: true }));
    expect(error.message).toContain('ptb.train.txt');
    expect(error.message).not.toContain('fox');
  });

  it('leaves the name ptb to his files', async () => {
    const own = folder;
    folder = join(root, 'ptb');
    await writeSplits((split) => `ptb.${split}.txt`);
    expect((await readPtb(folder, { verify: false })).name).toBe("ptb (not Mikolov's)");
    expect((await readPtb(`${folder}/`, { verify: false })).info.name).toBe("ptb (not Mikolov's)");
    folder = own;
  });
});

describe('one text', () => {
  const text = Array.from(
    { length: 50 },
    (_, i) => `the ${i % 2 === 0 ? 'cat' : 'dog'} sat\n`,
  ).join('');

  it('is cut by shares: named itself, alone in its folder, or the only text there', async () => {
    await write({ 'tale.txt': text });
    const split = [90, 5, 5] as const;
    const named = await readPtb(join(folder, 'tale.txt'), { split });
    expect(named.name).toBe('tale[split 90,5,5]');
    expect(named.info.counts).toEqual({ train: 180, valid: 12, test: 8 });
    expect((await readPtb(folder, { split })).info).toEqual(named.info);
    await write({ LICENSE: 'All rights reserved', '.DS_Store': 'x' });
    expect((await readPtb(folder, { split })).info).toEqual(named.info);
    const characters = await readPtb(folder, { split: [8, 1, 1], level: 'character', minCount: 2 });
    expect(characters.name).toBe('tale-char[count 2, split 8,1,1]');
    expect(characters.vocabulary.unit).toBe('character');
  });

  it('is refused where there are several, none, or no such file', async () => {
    await writeSplits((split) => `${split}.txt`);
    const split = [90, 5, 5] as const;
    const several = await failure(readPtb(folder, { split }));
    expect(several.message).toBe(
      `readPtb: the folder ${folder} holds 3 texts, expected one to cut: test.txt, train.txt, valid.txt.`,
    );
    expect(several.hint).toContain('leave the split out');
    const empty = join(root, 'empty');
    await mkdir(empty);
    expect((await failure(readPtb(empty, { split }))).message).toContain('holds no file');
    const missing = join(root, 'missing.txt');
    expect((await failure(readPtb(missing, { split }))).message).toBe(
      `readPtb: the text ${missing} does not exist.`,
    );
  });

  it('without shares is refused with the way to cut it', async () => {
    await write({ 'tale.txt': text });
    expect((await failure(readPtb(folder))).hint).toContain('--split 90,5,5');
    expect((await failure(readPtb(join(folder, 'tale.txt')))).hint).toContain('--split 90,5,5');
  });
});

describe('the vocabulary', () => {
  it('can be limited, and then holds all of valid and test', async () => {
    await writeSplits((split) => `${split}.txt`);
    await write({ 'test.txt': 'the dog\nthe fox sat\n' });
    const { name, vocabulary, splits, info } = await readPtb(folder, { minCount: 2 });
    expect(name).toBe('tales[count 2]');
    expect(vocabulary.types).toEqual(['<unk>', 'the', 'cat', '<eos>']);
    expect(vocabulary.decode(await readTokens(splits.test))).toBe('the <unk>\nthe <unk> <unk>\n');
    expect(info.sha256['test']).toBe(sha256(' the <unk> \n the <unk> <unk> \n'));
    expect(info.fileSha256?.['test']).toBe(sha256('the dog\nthe fox sat\n'));
  });
});

it('refuses a pipe among the splits, before any is read', async () => {
  await writeSplits((split) => `${split}.txt`);
  await rm(join(folder, 'test.txt'));
  execFileSync('mkfifo', [join(folder, 'test.txt')]);
  expect((await failure(readPtb(folder))).message).toBe(
    `${join(folder, 'test.txt')} is a pipe, expected a file.`,
  );
});
