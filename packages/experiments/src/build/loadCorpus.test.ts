import { describe, expect, it } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRun } from '../config/resolveRun';
import { readOverride } from '../settings/readSetting';
import { language } from '../tasks/language';
import { expectCorpusName, loadCorpus } from './loadCorpus';

const settingsOf = (...set: string[]) => {
  const overrides = set.map(readOverride);
  return resolveRun(language, { preset: 'ptb-small', data: 'text', overrides }).settings;
};

describe('loadCorpus', () => {
  it('knows the perplexity of synthetic', async () => {
    const { name, vocabulary, source } = await loadCorpus('synthetic');
    expect([name, vocabulary.size]).toEqual(['synthetic', 50]);
    expect(source?.perplexity).toBeCloseTo(3.5868, 3);
  });

  it('finds glosses in its own dependency: 10,000 types of English', async () => {
    const { name, vocabulary, info } = await loadCorpus('glosses');
    expect([name, vocabulary.size, info.counts['train']]).toEqual(['glosses', 10_000, 1_471_522]);
    expect(vocabulary.idOf('of')).toBeLessThan(10);
  });

  it('names glosses and synthetic where nothing was named', () => {
    expect(() => expectCorpusName(undefined)).toThrow(
      'A language model needs --data: a folder with the Penn Treebank, "glosses" or "synthetic".',
    );
  });

  it('says what a folder should hold', async () => {
    await expect(loadCorpus('/nowhere/at/all')).rejects.toMatchObject({
      name: 'DataError',
      message: expect.stringContaining('/nowhere/at/all') as string,
      hint: expect.stringContaining('ptb.train.txt') as string,
    });
  });

  it('reads one text as the settings say', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bnrnn-load-'));
    try {
      const lines = Array.from({ length: 60 }, (_, i) => `ab ${i % 3} ${i}\n`);
      await writeFile(join(folder, 'tale.txt'), lines.join(''));
      const words = await loadCorpus(
        folder,
        settingsOf('data.split=90,5,5', 'data.vocabularySize=5', 'data.minCount=2'),
      );
      expect(words.name).toBe('tale[types 5, count 2, split 90,5,5]');
      expect(words.vocabulary.types).toEqual(['<unk>', 'ab', '<eos>', '0', '1']);
      const characters = await loadCorpus(
        folder,
        settingsOf('data.split=8,1,1', 'data.level=character'),
      );
      expect(characters.unit).toBe('character');
      // a hint of its own stays: it is not replaced by a general one.
      await expect(loadCorpus(folder, settingsOf('data.split=90,5,5'))).rejects.toMatchObject({
        hint: expect.stringContaining('--min-count 2') as string,
      });
      await writeFile(join(folder, 'train.txt'), Buffer.from('wide', 'utf16le'));
      await writeFile(join(folder, 'valid.txt'), 'a\n');
      await writeFile(join(folder, 'test.txt'), 'a\n');
      await expect(loadCorpus(folder)).rejects.toMatchObject({
        hint: expect.stringMatching(/^Convert it to UTF-8/) as string,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('trains on the first share of the tokens: vocabulary, name and other splits stay', async () => {
    const whole = await loadCorpus('synthetic');
    const quarter = await loadCorpus('synthetic', settingsOf('data.trainShare=0.25'));
    const many = Math.round(0.25 * whole.splits.train.length);
    expect(quarter.splits.train).toEqual(whole.splits.train.subarray(0, many));
    expect(quarter.splits.valid).toEqual(whole.splits.valid);
    expect([quarter.name, quarter.info.name]).toEqual(['synthetic', 'synthetic']);
    expect(quarter.info.counts).toEqual({ ...whole.info.counts, train: many });
    expect(quarter.info.sha256['train']).not.toBe(whole.info.sha256['train']);
    expect(quarter.info.sha256['valid']).toBe(whole.info.sha256['valid']);
    expect(quarter.vocabulary.types).toEqual(whole.vocabulary.types);
    expect(quarter.source?.perplexity).toBe(whole.source?.perplexity);
  });

  it.each([
    ['synthetic', 'data.level=character'],
    ['synthetic', 'data.vocabularySize=60'],
    ['synthetic', 'data.minCount=2'],
    ['glosses', 'data.split=90,5,5'],
  ])('refuses for %s what it cannot follow: %s', async (data, set) => {
    const [path = '', value = ''] = set.split('=');
    await expect(loadCorpus(data, settingsOf(set))).rejects.toThrow(
      `${path} is "${value}", and the corpus "${data}" has this of its own.`,
    );
  });
});
