import { expect, it } from 'vitest';
import { synthetic } from './synthetic';

it('samples three splits and knows its perplexity', () => {
  const { source, ...corpus } = synthetic();
  expect(corpus.info.counts).toEqual({ train: 100_000, valid: 10_000, test: 10_000 });
  expect(corpus.vocabulary.types.slice(0, 3)).toEqual(['<eos>', 'w1', 'w2']);
  expect(corpus.vocabulary.size).toBe(50);
  expect([corpus.name, corpus.unit]).toEqual(['synthetic', 'word']);
  // Fixed, so that a run of today compares with one of tomorrow.
  expect(source.perplexity).toBeCloseTo(3.586_792_997, 8);
  expect(new Set(corpus.splits.train).size).toBe(50);
  expect(corpus.splits.valid).not.toEqual(corpus.splits.test);
  expect(corpus.splits.valid).not.toEqual(corpus.splits.train.slice(0, 10_000));
});

it('can be learned by counting: pairs reach the known perplexity, single words do not', () => {
  const { splits, source, vocabulary } = synthetic();
  const size = vocabulary.size;
  const pairs = new Float64Array(size * size).fill(0.05);
  const singles = new Float64Array(size).fill(0.05);
  for (let i = 1; i < splits.train.length; i++) {
    const cell = splits.train[i - 1]! * size + splits.train[i]!;
    pairs[cell] = pairs[cell]! + 1;
    singles[splits.train[i]!] = singles[splits.train[i]!]! + 1;
  }
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  let pairNats = 0;
  let singleNats = 0;
  for (let i = 1; i < splits.valid.length; i++) {
    const [before, token] = [splits.valid[i - 1]!, splits.valid[i]!];
    const seen = pairs.subarray(before * size, (before + 1) * size);
    pairNats -= Math.log(seen[token]! / sum(seen));
    singleNats -= Math.log(singles[token]! / sum(singles));
  }
  const tokens = splits.valid.length - 1;
  expect(Math.exp(pairNats / tokens) / source.perplexity).toBeGreaterThan(0.97);
  expect(Math.exp(pairNats / tokens) / source.perplexity).toBeLessThan(1.03);
  expect(Math.exp(singleNats / tokens) / source.perplexity).toBeGreaterThan(4);
});

it('is the same for the same options and another for another seed', () => {
  const small = { types: 20, tokens: 1000 };
  expect(synthetic({ ...small, seed: 1 }).info).toEqual(synthetic(small).info);
  expect(synthetic({ ...small, seed: 2 }).info).not.toEqual(synthetic(small).info);
});

it.each([
  [{ types: 1 }, 'synthetic: types is 1, expected a whole number at least 2.'],
  [{ tokens: 0.5 }, 'synthetic: tokens is 0.5, expected a whole number at least 10.'],
  [{ order: 3 }, 'synthetic: order is 3, expected a whole number at least 1 and at most 2.'],
  [
    { types: 5, successors: 6 },
    'synthetic: successors is 6, expected a whole number at least 1 and at most 5.',
  ],
  [{ noise: 0 }, 'synthetic: noise is 0, expected a number at least 0.001 and below 1.'],
  [
    { types: 1001, order: 2 },
    'synthetic: 1001 types of order 2 make 1002001 contexts, expected at most 1000000.',
  ],
])('refuses %j', (options, sentence) => {
  expect(() => synthetic(options)).toThrow(sentence);
});
