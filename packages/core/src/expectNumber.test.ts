import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UsageError } from './errors';
import { expectNumber } from './expectNumber';

it.each([
  [0, {}],
  [-2.5, {}],
  [3, { integer: true }],
  [1, { min: 1 }],
  [1, { max: 1 }],
  [0.999, { min: 0, below: 1 }],
  [1e-9, { above: 0 }],
])('returns %d within %j', (value, bounds) => {
  expect(expectNumber('dropout', value, bounds)).toBe(value);
});

it.each([
  [2.5, { integer: true }, 'is 2.5, expected a whole number.'],
  [0, { integer: true, min: 1 }, 'is 0, expected a whole number at least 1.'],
  [2, { max: 1 }, 'is 2, expected a number at most 1.'],
  [1, { min: 0, below: 1 }, 'is 1, expected a number at least 0 and below 1.'],
  [0, { above: 0 }, 'is 0, expected a number above 0.'],
  [Number.NaN, {}, 'is NaN, expected a number.'],
  [Infinity, { min: 0 }, 'is Infinity, expected a number at least 0.'],
  ['5', { integer: true }, 'is "5", expected a whole number.'],
  [undefined, {}, 'is undefined, expected a number.'],
  [null, {}, 'is null, expected a number.'],
  [[1, 2], {}, 'is a list of 2, expected a number.'],
  [{ rate: 1 }, {}, 'is an object, expected a number.'],
])('refuses %j within %j', (value, bounds, sentence) => {
  expect(() => expectNumber('lstm: units', value, bounds)).toThrow(
    new UsageError(`lstm: units ${sentence}`),
  );
});

it('takes exactly the numbers between its bounds', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true }),
      fc.double({ noNaN: true }),
      fc.double({ noNaN: true }),
      (value, min, below) => {
        const fits = Number.isFinite(value) && value >= min && value < below;
        const check = (): number => expectNumber('x', value, { min, below });
        if (fits) expect(check()).toBe(value);
        else expect(check).toThrow(UsageError);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});
