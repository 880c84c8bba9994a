/**
 * The processes that train one model together, as one of them sees them.
 *
 * Every rank calls the same methods in the same order; each call waits for all of them. They are synchronous: moments
 * are summed in the middle of a forward pass.
 */
export interface Collective {
  /** This process among all, counted from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** Adds up each number over all ranks, in place; all ranks get the same bits. */
  sum(values: Float32Array | Float64Array): void;
  /** The text of every rank, in the order of ranks. */
  gather(text: string): readonly string[];
}

/** One process on its own: its sums are what it has. */
export const alone: Collective = {
  rank: 0,
  size: 1,
  sum: () => undefined,
  gather: (text) => [text],
};
