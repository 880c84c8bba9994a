import { describeValue } from './describeValue';
import { ShapeError, UsageError } from './errors';

/** How many steps of each row of a padded batch are real: its first ones. Padding stands behind them. */
export interface Lengths {
  /** Steps of the whole batch, padding included. */
  readonly time: number;
  /** Real steps of each row, 0 to `time`. */
  readonly each: Int32Array;
}

/** Lengths as a caller may give them: plain numbers, one for each row, or what was checked before. */
export type GivenLengths = Lengths | ArrayLike<number>;

/** The two axes that padding is about. */
export interface PaddedSizes {
  readonly time: number;
  readonly batch: number;
}

/**
 * Checks the lengths of a padded batch.
 *
 * @param caller   the function the reader called, e.g. `scan`.
 * @param lengths  real steps of each row, e.g. `[7, 3, 5]`.
 * @param sizes    the sizes of the arrays that are padded.
 * @throws ShapeError when the number of rows or of steps disagrees; UsageError for a length that is no whole
 *   number from 0 to time.
 */
export function expectLengths(
  caller: string,
  lengths: GivenLengths,
  { time, batch }: PaddedSizes,
): Lengths {
  if ('each' in lengths) {
    if (lengths.each.length === batch && lengths.time === time) return lengths;
    throw new ShapeError(
      `${caller}: lengths are of ${lengths.each.length} rows and ${lengths.time} steps, expected [time=${time}, batch=${batch}].`,
    );
  }
  if (lengths.length !== batch) {
    throw new ShapeError(
      `${caller}: lengths has ${lengths.length} numbers, expected one for each row: batch=${batch}.`,
    );
  }
  const each = Int32Array.from(lengths);
  each.forEach((length, row) => {
    if (length === lengths[row] && length >= 0 && length <= time) return;
    throw new UsageError(
      `${caller}: lengths[${row}] is ${describeValue(lengths[row])}, expected a whole number of real steps, 0 to ${time}.`,
      { hint: 'Padding stands at the end of a row.' },
    );
  });
  return { time, each };
}

/**
 * Checked lengths where something is padded; undefined where every step is real, so that nothing has to be
 * silenced.
 *
 * @throws what `expectLengths` throws.
 */
export function paddedLengths(
  caller: string,
  lengths: GivenLengths | undefined,
  sizes: PaddedSizes,
): Lengths | undefined {
  if (lengths === undefined) return undefined;
  const checked = expectLengths(caller, lengths, sizes);
  return checked.each.every((length) => length === sizes.time) ? undefined : checked;
}

/** The real rows of each step, [time]; all of them without lengths. */
export function rowsOfEachStep({ time, batch }: PaddedSizes, lengths?: Lengths): Int32Array {
  if (lengths === undefined) return new Int32Array(time).fill(batch);
  const rows = new Int32Array(time);
  for (const length of lengths.each) for (let t = 0; t < length; t++) rows[t] = (rows[t] ?? 0) + 1;
  return rows;
}

/** The real steps of all rows together. */
export function countRealSteps({ time, batch }: PaddedSizes, lengths?: Lengths): number {
  return lengths === undefined
    ? time * batch
    : lengths.each.reduce((sum, length) => sum + length, 0);
}

/** The steps of the longest row. */
export function longestRow({ each }: Lengths): number {
  return each.reduce((longest, length) => Math.max(longest, length), 0);
}

/** The lengths of one step as a batch of its own: 1 for a row that is real there, 0 for one that is padding. */
export function lengthsAtStep({ each }: Lengths, step: number): Lengths {
  return { time: 1, each: each.map((length) => Number(step < length)) };
}
