import { readTokens, streamLayouts, tokenBatches, type Tokens } from '@bnrnn/data-ptb';
import { readPtb } from '@bnrnn/data-ptb/node';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hashTokens } from '../src/tokenHash';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const folder = resolve(repository, process.env['BNRNN_DATA'] ?? '../shared/data', 'ptb');
const absent = !existsSync(folder);
const title = absent ? `(skipped: no Penn Treebank at ${folder})` : '';

const sha256 = {
  train: 'fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf',
  valid: 'c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2',
  test: 'dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0',
};

describe.skipIf(absent)(`the real Penn Treebank ${title}`, () => {
  it('has its published counts and hashes', async () => {
    const { name, info, splits, vocabulary } = await readPtb(folder);
    expect(name).toBe('ptb');
    expect(info).toEqual({
      name: 'ptb',
      sha256,
      fileSha256: sha256,
      counts: { train: 929_589, valid: 73_760, test: 82_430 },
      classes: 10_000,
    });
    const distinct = async (tokens: Tokens) => new Set(await readTokens(tokens)).size;
    expect(await distinct(splits.train)).toBe(10_000);
    expect(await distinct(splits.valid)).toBe(6022);
    expect(await distinct(splits.test)).toBe(6049);
    const lines = async (tokens: Tokens) =>
      (await readTokens(tokens)).filter((id) => id === vocabulary.idOf('<eos>')).length;
    expect(await lines(splits.train)).toBe(42_068);
    expect(await lines(splits.valid)).toBe(3370);
    expect(await lines(splits.test)).toBe(3761);
    expect(vocabulary.types.slice(0, 4)).toEqual(['the', '<unk>', '<eos>', 'N']);
    expect(vocabulary.decode(await readTokens(splits.valid, 0, 5))).toBe(
      'consumers may want to move',
    );
  });

  it('gives back its text from its tokens, byte for byte', async () => {
    for (const level of ['word', 'character'] as const) {
      const { splits, vocabulary } = await readPtb(folder, { level });
      expect(await hashTokens(splits.train, vocabulary)).toBe(sha256.train);
      expect(await hashTokens(splits.valid, vocabulary)).toBe(sha256.valid);
      expect(await hashTokens(splits.test, vocabulary)).toBe(sha256.test);
    }
  });

  it('has 50 characters and the usual character counts', async () => {
    const { name, info } = await readPtb(folder, { level: 'character' });
    expect(name).toBe('ptb-char');
    expect(info).toEqual({
      name: 'ptb-char',
      sha256,
      fileSha256: sha256,
      counts: { train: 5_017_482, valid: 393_042, test: 442_423 },
      classes: 50,
    });
  });

  it.each([
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['CRLF twice', (text: string) => text.replaceAll('\n', '\r\r\n')],
    ['lines without outer spaces', (text: string) => text.replaceAll(/^ | $/gm, '')],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['<eos> at the end of each line', (text: string) => text.replaceAll('\n', '<eos>\n')],
    ['no newline at the end', (text: string) => text.trimEnd()],
  ])('is the same with %s, in words and in characters', async (_, change) => {
    const copy = await mkdtemp(join(tmpdir(), 'bnrnn-real-'));
    try {
      for (const split of ['train', 'valid', 'test']) {
        const text = gunzipSync(await readFile(join(folder, `ptb.${split}.txt.gz`))).toString();
        await writeFile(join(copy, `ptb.${split}.txt`), change(text));
      }
      for (const level of ['word', 'character'] as const) {
        const { name, info, vocabulary } = await readPtb(copy, { level });
        expect(name).toBe(level === 'word' ? 'ptb' : 'ptb-char');
        expect(info.sha256).toEqual(sha256);
        expect(info.fileSha256).not.toEqual(sha256);
        expect(vocabulary.size).toBe(level === 'word' ? 10_000 : 50);
      }
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it('keeps the types that its name says', async () => {
    const { name, splits, vocabulary } = await readPtb(folder, {
      vocabularySize: 2000,
      minCount: 60,
    });
    expect(name).toBe('ptb[types 2000, count 60]');
    const counts = new Map<number, number>();
    for (const id of await readTokens(splits.train)) counts.set(id, (counts.get(id) ?? 0) + 1);
    expect(vocabulary.size).toBeLessThanOrEqual(2000);
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(60);
    expect(vocabulary.types[0]).toBe('<unk>');
    expect(splits.train.length).toBe(929_589);
  });

  it('makes the published number of batches', async () => {
    const { splits } = await readPtb(folder);
    const count = (tokens: Tokens, batch: number, time: number): number[] =>
      streamLayouts.map((layout) => tokenBatches(tokens, { batch, time, layout }).batchesPerEpoch);
    expect(count(splits.train, 20, 20)).toEqual([2323, 2323, 2323]);
    expect(count(splits.train, 20, 35)).toEqual([1327, 1327, 1327]);
    expect(count(splits.train, 32, 20)).toEqual([1452, 1452, 1452]);
    expect(count(splits.valid, 32, 20)).toEqual([115, 115, 115]);
    expect(count(splits.test, 32, 20)).toEqual([128, 128, 128]);
    expect(count(splits.train, 32, 35)).toEqual([829, 829, 829]);
    expect(count(splits.valid, 32, 35)).toEqual([65, 65, 65]);
    expect(count(splits.test, 32, 35)).toEqual([73, 73, 73]);
  });

  it('is refused with one word changed, and taken under any name unchanged', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'bnrnn-real-'));
    try {
      for (const split of ['train', 'valid', 'test']) {
        await cp(join(folder, `ptb.${split}.txt.gz`), join(copy, `${split}.txt.gz`));
      }
      expect((await readPtb(copy)).name).toBe('ptb');

      const valid = gunzipSync(await readFile(join(copy, 'valid.txt.gz'))).toString();
      const changed = gzipSync(valid.replace('consumers may', 'may consumers'));
      await writeFile(join(copy, 'valid.txt.gz'), changed);
      await expect(readPtb(copy, { verify: true })).rejects.toThrow(
        'it has as many lines, words and types, but other words or another order; SHA-256',
      );
      expect((await readPtb(copy)).name).toMatch(/^bnrnn-real-/);
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
