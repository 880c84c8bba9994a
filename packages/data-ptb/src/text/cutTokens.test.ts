import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTokens } from '../tokens';
import { cutTokens, expectShares } from './cutTokens';

const end = 0;

it('cuts at the first end of a line from each share on', async () => {
  //                              share 60 % ^ ends here ^   80 %    ^ ends
  const tokens = Int32Array.of(1, 2, 0, 3, 4, 5, 6, 0, 7, 0, 8, 0, 9, 1, 2, 0);
  const { train, valid, test } = await cutTokens(tokens, end, [5, 2, 3]);
  expect(train).toEqual(Int32Array.of(1, 2, 0, 3, 4, 5, 6, 0));
  expect(valid).toEqual(Int32Array.of(7, 0, 8, 0));
  expect(test).toEqual(Int32Array.of(9, 1, 2, 0));
});

it('cuts a text on one line at the shares themselves', async () => {
  const tokens = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 0);
  const { train, valid, test } = await cutTokens(tokens, end, [80, 10, 10]);
  expect([train.length, valid.length, test.length]).toEqual([8, 1, 1]);
});

it('leaves every token in one part, in order, near its share', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { minLength: 30, maxLength: 300 }),
      fc.tuple(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
      ),
      async (values, shares) => {
        const tokens = Int32Array.from(values);
        const { train, valid, test } = await cutTokens(tokens, end, shares);
        const parts = await Promise.all([train, valid, test].map((part) => readTokens(part)));
        expect(parts.flatMap((part) => [...part])).toEqual(values);
        const total = shares[0] + shares[1] + shares[2];
        expect(train.length).toBeGreaterThanOrEqual(
          Math.floor((values.length * shares[0]) / total),
        );
        expect(Math.min(train.length, valid.length, test.length)).toBeGreaterThan(0);
      },
    ),
    { seed: 90_5_5, numRuns: 300 },
  );
});

it.each([[[90, 10]], [[90, 10, 0]], [[90, Number.NaN, 5]], [[1, 1, 1, 1]]])(
  'refuses %j',
  (shares) => {
    expect(() => expectShares('--split', shares)).toThrow(
      `--split is "${shares.join(',')}", expected three shares above 0, of train, valid and test.`,
    );
  },
);
