import type { Collective } from '@bnrnn/core';

/** Stops a rank at a meeting whose sum is not known yet. */
const unknownSum = new Error('onRanks: a sum was not known yet.');

/**
 * Runs a synchronous computation as each of several ranks would, in one process: it is run again and again, each time
 * up to one meeting further, until the sums of all meetings are known.
 *
 * @param compute  what one rank computes; it gives the same each time, and plain values. What it throws at a meeting
 *   passes through it.
 * @returns        the results by rank.
 */
export function onRanks<Result>(
  size: number,
  compute: (collective: Collective) => Result,
): Result[] {
  const known: Float64Array[] = [];
  for (;;) {
    const given: Float64Array[] = [];
    const results: Result[] = [];
    for (let rank = 0; rank < size; rank++) {
      let meeting = 0;
      const sum = (values: Float32Array | Float64Array): void => {
        const total = known[meeting++];
        if (total === undefined) {
          given.push(Float64Array.from(values));
          throw unknownSum;
        }
        if (total.length !== values.length) {
          throw new Error(`onRanks: rank ${rank} gave ${values.length} numbers, others other.`);
        }
        values.set(total);
      };
      try {
        results.push(compute({ rank, size, sum, gather: (text) => [text] }));
      } catch (error) {
        if (error !== unknownSum) throw error;
      }
    }
    if (results.length === size) return results;
    if (given.length !== size) {
      throw new Error(`onRanks: ${given.length} of ${size} ranks came to meeting ${known.length}.`);
    }
    known.push(given.reduce((sum, values) => sum.map((each, i) => each + (values[i] as number))));
  }
}
