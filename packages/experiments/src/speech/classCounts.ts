import type { AlignmentTable, Utterance } from '@bnrnn/data-wsj-features';

/** How often each class is the target of a frame. */
export function classCounts(
  alignments: AlignmentTable,
  utterances: readonly Utterance[],
): Float64Array {
  const counts = new Float64Array(alignments.classes);
  const scratch = new Int32Array(4096);
  for (const { key, frames } of utterances) {
    for (const label of alignments.read(key, scratch).subarray(0, frames)) {
      counts[label] = (counts[label] as number) + 1;
    }
  }
  return counts;
}

/**
 * The prior of each class, in nats, from its frames: half a frame is added to each, so that a class
 * that never occurred has one too.
 *
 *   log p(c) = log((count[c] + 1/2) / Σ (count + 1/2))
 *
 * @see Kaldi's class counts of frame classifiers, which hold the same half.
 */
export function logPriors(counts: ArrayLike<number>): Float64Array {
  const smoothed = Float64Array.from(counts, (count) => count + 0.5);
  const total = smoothed.reduce((sum, count) => sum + count, 0);
  return smoothed.map((count) => Math.log(count / total));
}
