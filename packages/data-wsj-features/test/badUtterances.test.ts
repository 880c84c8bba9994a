import type { BadUtteranceRule } from '@bnrnn/core';
import { join } from 'node:path';
import { utteranceBatches, type Entry } from '@bnrnn/data-wsj-features';
import { openDataDirectory, writeArk } from '@bnrnn/data-wsj-features/node';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporaryFolder';

const folder = temporaryFolder();
const many = 200;
const keyOf = (i: number): string => `u${String(i).padStart(3, '0')}`;

/** A data directory of 200 utterances of 2 to 6 frames of 3 values; `change` may spoil some. */
async function directory(
  name: string,
  change: (i: number, data: Float32Array) => { columns: number; data: Float32Array },
): Promise<string> {
  const entries = Array.from({ length: many }, (_, i): Entry => {
    const rows = 2 + (i % 5);
    const whole = Float32Array.from({ length: rows * 3 }, (_value, at) => i + at / 8);
    const { columns, data } = change(i, whole);
    return { key: keyOf(i), kind: 'matrix', matrix: { rows, columns, data } };
  });
  folder.write(join(name, 'utt2spk'), entries.map(({ key }) => `${key} ann\n`).join(''));
  const path = join(folder.path, name);
  await writeArk(join(path, 'feats.ark'), entries, { scp: join(path, 'feats.scp') });
  return path;
}

/** The utterances of an epoch, in order. */
async function epochOf(path: string, badUtterances: BadUtteranceRule): Promise<string[]> {
  const { features } = await openDataDirectory(path, { badUtterances });
  try {
    const utterances = features.keys.map((key) => ({ key, frames: features.frames(key) }));
    const source = utteranceBatches({ features, utterances, batch: 16, order: { kind: 'listed' } });
    const keys: string[] = [];
    for await (const batch of source.batches(0)) keys.push(...batch.keys);
    return keys;
  } finally {
    await features.close();
  }
}

const others = (bad: number): string[] =>
  Array.from({ length: many }, (_, i) => keyOf(i)).filter((key) => key !== keyOf(bad));

describe('one of 200 utterances with a NaN', () => {
  const path = directory('nan', (i, data) => ({
    columns: 3,
    data: i === 117 ? data.fill(NaN, 4, 5) : data,
  }));

  it('is named where it is reached, with what leaves it out', async () => {
    await expect(epochOf(await path, 'refuse')).rejects.toMatchObject({
      message: expect.stringMatching(
        /key u117, .*hold 1 NaN of 12 values, the first NaN at frame 1, column 1/,
      ) as string,
      hint: expect.stringContaining('--bad-utterances drop') as string,
    });
  });

  it('is left out, and only that, where that is asked for', async () => {
    expect(await epochOf(await path, 'drop')).toEqual(others(117));
    const { features, dropped } = await openDataDirectory(await path, { badUtterances: 'drop' });
    await features.close();
    expect(dropped).toMatchObject([{ key: 'u117', reason: 'bad features' }]);
  });
});

describe('one of 200 utterances with another number of columns', () => {
  // The first one: the most frequent width is taken, not the first.
  const path = directory('columns', (i, data) =>
    i === 0 ? { columns: 6, data: new Float32Array(12).fill(1) } : { columns: 3, data },
  );

  it('is refused when the directory is opened', async () => {
    await expect(openDataDirectory(await path)).rejects.toMatchObject({
      message: expect.stringMatching(
        /key u000.*: the features have 6 values a frame, those of most utterances 3\.$/,
      ) as string,
      hint: expect.stringContaining('--bad-utterances drop') as string,
    });
  });

  it('is left out, and only that, where that is asked for', async () => {
    expect(await epochOf(await path, 'drop')).toEqual(others(0));
  });
});
