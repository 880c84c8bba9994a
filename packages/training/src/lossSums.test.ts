import { expect, test } from 'vitest';
import { addBatch, meansOf, noLoss } from './lossSums';
import { perplexityOf } from './perplexity';

test('both averages of the perplexity, by hand', () => {
  // Two batches: 4 words at ln 2 each, 1 word at ln 8.
  const first = addBatch(noLoss, 4 * Math.log(2), 4);
  const both = addBatch(first, Math.log(8), 1);
  const { nllPerUnit, perplexity, perplexityMeanOfBatches } = meansOf(both);
  expect(nllPerUnit).toBeCloseTo((7 / 5) * Math.log(2), 14);
  expect(perplexity).toBeCloseTo(2 ** 1.4, 13);
  expect(perplexityMeanOfBatches).toBeCloseTo((2 + 8) / 2, 13);
});

test('sums over a corpus do not lose small batches', () => {
  let sums = addBatch(noLoss, 2 ** 25, 2 ** 25);
  for (let i = 0; i < 1000; i++) sums = addBatch(sums, 0.5, 1);
  expect(sums.nats).toBe(2 ** 25 + 500); // float32 would have stayed at 2^25
  expect(sums.units).toBe(2 ** 25 + 1000);
});

test('a perplexity is a number that JSON can hold, also when a run goes wrong', () => {
  let sums = noLoss;
  for (let i = 0; i < 3000; i++) sums = addBatch(sums, 1e6, 1);
  expect(Number.isFinite(sums.perplexities)).toBe(true);
  expect(perplexityOf(1e6)).toBe(Math.exp(690));
  expect(perplexityOf(2)).toBe(Math.exp(2));
});
