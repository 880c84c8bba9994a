import { describeValue } from './describeValue';
import { ShapeError, UsageError } from './errors';

/** What row numbers must be. */
export interface ExpectedIndices {
  /** How many there must be, under the name of their axis; any number when absent. */
  readonly count?: Readonly<Record<string, number>>;
  /** The rows of the table that they number: 0 to size - 1. */
  readonly size: number;
}

/**
 * Checks the row numbers of a table, ids or labels, before they reach a device: `wasm` reads beyond a table
 * without a word, and what lies on a GPU cannot be looked at without a wait.
 *
 * @param caller   the function the reader called, e.g. `embedding`.
 * @param indices  whole numbers on the CPU, e.g. `[3, 0, 3]`.
 * @throws ShapeError for another count, or for what is no list of numbers; UsageError for a number outside the table.
 */
export function expectIndices(
  caller: string,
  argument: string,
  indices: ArrayLike<number>,
  { count, size }: ExpectedIndices,
): void {
  const { length } = indices as { length: unknown };
  if (typeof length !== 'number') {
    throw new ShapeError(
      `${caller}: ${argument} is ${describeValue(indices)}, expected a list of whole numbers on the CPU.`,
      { hint: 'Read a tensor first: await tensor.data().' },
    );
  }
  const [[axis, wanted] = ['', length]] = Object.entries(count ?? {});
  if (length !== wanted) {
    throw new ShapeError(`${caller}: ${argument} is [${length}], expected [${axis}=${wanted}].`);
  }
  for (let at = 0; at < length; at++) {
    const value = indices[at] as number;
    if (Number.isInteger(value) && value >= 0 && value < size) continue;
    throw new UsageError(
      `${caller}: ${argument} holds ${describeValue(value)}, expected 0 to ${size - 1}.`,
    );
  }
}
