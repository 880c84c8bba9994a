import { createHash } from 'node:crypto';
import type { AlignmentTable, FeatureTable } from '@bnrnn/data-wsj-features';
import { describe, expect, it } from 'vitest';
import { digestSplit } from './digestSplit';

/** So many utterances of 2 frames and 3 values, and the positions of those that were read. */
function split(count: number) {
  const keys = Array.from({ length: count }, (_, i) => `u${i}`);
  const read: number[] = [];
  const features: FeatureTable = {
    keys,
    columns: 3,
    frames: () => 2,
    read: (key) => {
      const i = Number(key.slice(1));
      read.push(i);
      return Promise.resolve({ rows: 2, columns: 3, data: new Float32Array(6).fill(i / 4) });
    },
    close: () => Promise.resolve(),
  };
  const alignments: AlignmentTable = {
    keys,
    classes: 7,
    has: () => true,
    frames: () => 2,
    read: (key) => Int32Array.of(Number(key.slice(1)) % 7, 3),
  };
  return { features, alignments, utterances: keys.map((key) => ({ key, frames: 2 })), read };
}

describe('digestSplit', () => {
  it.each([
    [5, 5, 1],
    [64, 64, 1],
    [127, 127, 1],
    [128, 64, 2],
    [191, 96, 2],
    [2654, 65, 41],
  ])('reads the features of %i utterances: %i of them', async (count, many, stride) => {
    const { features, alignments, utterances, read } = split(count);
    await digestSplit(features, alignments, utterances);
    expect(read).toEqual(Array.from({ length: many }, (_, i) => i * stride));
  });

  it('stays what it is: runs are resumed and evaluated by it', async () => {
    const { features, alignments, utterances } = split(130);
    const hash = createHash('sha256').update('3 7\n');
    for (let i = 0; i < 130; i++) {
      hash.update(`u${i} 2\n`).update(Buffer.from(Int32Array.of(i % 7, 3).buffer));
    }
    for (let i = 0; i < 130; i += 2) {
      hash.update(Buffer.from(new Float32Array(6).fill(i / 4).buffer));
    }
    expect(await digestSplit(features, alignments, utterances)).toBe(hash.digest('hex'));
  });
});
