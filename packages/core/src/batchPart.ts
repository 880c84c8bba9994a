/** Where the columns of one rank stand in the batch of all ranks. */
export interface BatchPart {
  /** The first column. */
  readonly first: number;
  /** The columns of all ranks together. */
  readonly batch: number;
  /** The frames of each of those columns; only where columns are utterances. */
  readonly lengths?: Int32Array;
}

/**
 * The columns of a batch that a rank computes: neighbours, as many as the others have, or one more.
 *
 *   first = floor(rank·batch / size)     end = floor((rank + 1)·batch / size)
 *
 * @returns the first column, and how many there are; 0 for a rank that has none.
 */
export function columnsOfRank(
  batch: number,
  { rank, size }: { readonly rank: number; readonly size: number },
): { first: number; count: number } {
  const first = Math.floor((rank * batch) / size);
  return { first, count: Math.floor(((rank + 1) * batch) / size) - first };
}
