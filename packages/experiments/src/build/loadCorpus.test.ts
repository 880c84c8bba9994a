import { describe, expect, it } from 'vitest';
import { loadCorpus } from './loadCorpus';

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

  it('names glosses and synthetic where nothing was named', async () => {
    await expect(loadCorpus(undefined)).rejects.toThrow(
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
});
