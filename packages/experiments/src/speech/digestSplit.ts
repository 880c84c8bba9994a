import { createHash } from 'node:crypto';
import type { AlignmentTable, FeatureTable, Utterance } from '@bnrnn/data-wsj-features';

/**
 * The features of at least so many utterances are read for the digest, and of fewer than twice as many: all of a large
 * archive would be read twice. Runs record the digest, so that another choice would refuse all runs before it.
 */
const leastSampled = 64;

/**
 * SHA-256 of a split: every key, frame count and target, and the features of 64 to 127 utterances spread
 * evenly over it (of all where there are fewer). Normalization and deltas do not change it.
 *
 * @param features  as the archives hold them.
 * @returns         hexadecimal.
 */
export async function digestSplit(
  features: FeatureTable,
  alignments: AlignmentTable,
  utterances: readonly Utterance[],
): Promise<string> {
  const hash = createHash('sha256');
  hash.update(`${features.columns} ${alignments.classes}\n`);
  const scratch = new Int32Array(4096);
  for (const { key, frames } of utterances) {
    hash.update(`${key} ${frames}\n`);
    hash.update(bytesOf(alignments.read(key, scratch).subarray(0, frames)));
  }
  const stride = Math.max(1, Math.floor(utterances.length / leastSampled));
  for (let i = 0; i < utterances.length; i += stride) {
    const { data } = await features.read(utterances[i]?.key ?? '');
    hash.update(bytesOf(data));
  }
  return hash.digest('hex');
}

/** Little-endian on every machine that Node runs on. */
function bytesOf({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
