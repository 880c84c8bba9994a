import { onRanks } from '@bnrnn/test-utils';
import { expect, test } from 'vitest';
import { sumRows } from './sumRows';

/** Rows of a matrix [9, 2]: each rank has others, one has none, two have row 4. */
const rowsOf = [
  { ids: Int32Array.of(4, 0), values: Float32Array.of(1, 2, 3, 4) },
  { ids: new Int32Array(), values: new Float32Array() },
  { ids: Int32Array.of(8, 4), values: Float32Array.of(5, 6, 0.5, 0.25) },
];

test('rows that some ranks have are summed, in rising order on all of them', () => {
  let largest = 0;
  const ranks = onRanks(3, (collective) => {
    const { ids, values } = sumRows(
      {
        ...collective,
        sum(numbers) {
          largest = Math.max(largest, numbers.length);
          collective.sum(numbers);
        },
      },
      rowsOf[collective.rank]!,
      [9, 2],
    );
    return { ids: [...ids], values: [...values] };
  });
  const wanted = { ids: [0, 4, 8], values: [3, 4, 1.5, 2.25, 5, 6] };
  expect(ranks).toEqual([wanted, wanted, wanted]);
  // The whole matrix has 18 numbers.
  expect(largest).toBe(9);
});

test('ranks that have no row at all sum to none', () => {
  const [first] = onRanks(2, (collective) => sumRows(collective, rowsOf[1]!, [9, 2]).ids.length);
  expect(first).toBe(0);
});
