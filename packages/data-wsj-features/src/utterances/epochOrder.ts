import { randomStream, type RandomStream } from '@bnrnn/core';

/** How the utterances of an epoch are put into batches. */
export type UtteranceOrder =
  /** As they came. */
  | { readonly kind: 'listed' }
  /**
   * Side by side by length, the same in every epoch: for splits that are only evaluated. The batches
   * stand in an order drawn once, so that the first few are a fair sample of all.
   */
  | { readonly kind: 'sorted' }
  /** Shuffled anew in each epoch, then sorted by length within pools of so many batches. */
  | { readonly kind: 'shuffled'; readonly seed: number; readonly poolBatches: number };

/**
 * The batches of one epoch, each a list of utterances by their position.
 *
 * A shuffled epoch draws a permutation of all utterances, cuts it into pools of `poolBatches · batch`,
 * sorts each pool by length, cuts the pools into batches and draws the order of the batches. Utterances
 * of a batch are then of similar length, so that little is padded, and meet others in the next epoch.
 * Only one batch of an epoch may be smaller than the rest.
 *
 * @param lengths  frames of each utterance.
 * @returns        a function of the order's seed and the epoch alone: a resumed run repeats it.
 */
export function epochOrder(
  lengths: Int32Array,
  { batch, order, epoch }: { batch: number; order: UtteranceOrder; epoch: number },
): Int32Array[] {
  const all = Int32Array.from(lengths, (_, i) => i);
  const byLength = (a: number, b: number): number =>
    (lengths[a] as number) - (lengths[b] as number) || a - b;
  if (order.kind === 'listed') return pieces(all, batch);
  if (order.kind === 'sorted') {
    return inTurns(pieces(all.sort(byLength), batch), randomStream('utterances.sorted', 0), 0);
  }
  const { seed, poolBatches } = order;
  const shuffled = randomStream('utterances.order', seed).permutation(lengths.length, epoch);
  const batches = pieces(shuffled, poolBatches * batch).flatMap((pool) =>
    pieces(pool.sort(byLength), batch),
  );
  return inTurns(batches, randomStream('utterances.batches', seed), epoch);
}

function inTurns(
  batches: readonly Int32Array[],
  chance: RandomStream,
  epoch: number,
): Int32Array[] {
  const turns = chance.permutation(batches.length, epoch);
  return Array.from(turns, (turn) => batches[turn] as Int32Array);
}

function pieces(values: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.subarray(i * size, (i + 1) * size),
  );
}
