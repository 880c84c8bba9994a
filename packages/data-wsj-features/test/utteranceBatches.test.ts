import type { UtteranceBatch } from '@bnrnn/core';
import { utteranceBatches, type UtteranceBatchesOptions } from '@bnrnn/data-wsj-features';
import { describe, expect, it } from 'vitest';
import { classAt, memoryTables, valueAt } from './memoryTables';

const lengths = [4, 9, 2, 7, 7, 1, 5, 12, 3, 6];

function batchesOf(change: Partial<UtteranceBatchesOptions> = {}) {
  const tables = memoryTables({ lengths });
  const source = utteranceBatches({
    ...tables,
    batch: 3,
    order: { kind: 'shuffled', seed: 2, poolBatches: 2 },
    ...change,
  });
  return { source, read: tables.read };
}

async function all(batches: AsyncIterable<UtteranceBatch>): Promise<UtteranceBatch[]> {
  const list: UtteranceBatch[] = [];
  for await (const batch of batches) list.push(batch);
  return list;
}

describe('utteranceBatches', () => {
  it('makes nothing of a number of frames that the features do not have', async () => {
    const { features } = memoryTables({ lengths });
    const source = utteranceBatches({
      features,
      utterances: [{ key: 'u0', frames: 900_000_000 }],
      batch: 1,
      order: { kind: 'listed' },
    });
    await expect(all(source.batches(0))).rejects.toThrow(
      'u0 has 4 frames of features and 4 targets, expected at least 900000000 of each',
    );
  });

  it('lays utterances side by side, zeros behind each', async () => {
    const { source } = batchesOf();
    const batches = await all(source.batches(0));
    expect(batches).toHaveLength(4);
    expect(source.batchesPerEpoch).toBe(4);
    expect(batches.flatMap(({ keys }) => keys).sort()).toEqual(
      lengths.map((_, u) => `u${u}`).sort(),
    );
    for (const { time, batch, features, inputs, targets, keys, kind, ...rest } of batches) {
      expect([kind, features, batch]).toEqual(['utterances', 3, keys.length]);
      expect(time).toBe(Math.max(...keys.map((key) => lengths[Number(key.slice(1))]!)));
      expect(inputs).toHaveLength(time * batch * 3);
      expect([...rest.lengths]).toEqual(keys.map((key) => lengths[Number(key.slice(1))]));
      for (let t = 0; t < time; t++) {
        keys.forEach((key, b) => {
          const u = Number(key.slice(1));
          const real = t < lengths[u]!;
          const row = t * batch + b;
          const expected = [0, 1, 2].map((c) => (real ? valueAt(u, t, c) : 0));
          expect([...inputs.subarray(row * 3, row * 3 + 3)]).toEqual(expected);
          expect(targets[row]).toBe(real ? classAt(u, t, 5) : 0);
        });
      }
    }
  });

  it('counts frames, values and classes', () => {
    const { source } = batchesOf();
    expect(source).toMatchObject({ frames: 56, features: 3, classes: 5, tooLong: [] });
  });

  it('goes on in the middle of an epoch with the same batches', async () => {
    const { source } = batchesOf();
    const whole = await all(source.batches(7));
    expect(await all(source.batches(7, 2))).toEqual(whole.slice(2));
    const other = await all(source.batches(8));
    expect(other.map(({ keys }) => keys)).not.toEqual(whole.map(({ keys }) => keys));
  });

  it('leaves out what is too long and says so', async () => {
    const { source } = batchesOf({ maxFrames: 7 });
    expect(source.tooLong).toEqual(['u1', 'u7']);
    expect(source).toMatchObject({ frames: 35, batchesPerEpoch: 3 });
    const keys = (await all(source.batches(0))).flatMap((batch) => batch.keys);
    expect(keys).toHaveLength(8);
    expect(keys).not.toContain('u7');
  });

  it('sorts by length where nothing is learnt', async () => {
    const { source } = batchesOf({ order: { kind: 'sorted' } });
    const batches = await all(source.batches(0));
    expect(batches.map(({ keys }) => keys.join(' ')).sort()).toEqual([
      'u0 u6 u9',
      'u3 u4 u1',
      'u5 u2 u8',
      'u7',
    ]);
    expect(await all(source.batches(3))).toEqual(batches);
  });

  it('uses the first frames of an utterance whose features are longer than its alignment', async () => {
    const tables = memoryTables({ lengths: [6] });
    const source = utteranceBatches({
      ...tables,
      utterances: [{ key: 'u0', frames: 4 }],
      batch: 1,
      order: { kind: 'sorted' },
    });
    const [only] = await all(source.batches(0));
    expect(only).toMatchObject({ time: 4, batch: 1 });
    expect([...only!.lengths]).toEqual([4]);
  });

  it('needs no alignment where nothing is to be learnt or measured', async () => {
    const { features, utterances } = memoryTables({ lengths });
    const source = utteranceBatches({ features, utterances, batch: 4, order: { kind: 'listed' } });
    const [first] = await all(source.batches(0));
    expect(source.classes).toBe(0);
    expect(first!.keys).toEqual(['u0', 'u1', 'u2', 'u3']);
    expect(new Set(first!.targets)).toEqual(new Set([0]));
    expect([...first!.inputs.subarray(0, 3)]).toEqual([0, 1, 2].map((c) => valueAt(0, 0, c)));
  });

  it('reads only a little ahead of what is used', async () => {
    // A batch of 3 utterances of at most 12 frames, 20 bytes a frame: 720 bytes.
    const { source, read } = batchesOf({ readAheadBytes: 1 });
    const batches = source.batches(0);
    await batches.next();
    expect(read.length).toBeLessThanOrEqual(6);
    await batches.next();
    expect(read.length).toBeLessThanOrEqual(9);
    await batches.return();
    expect(read.length).toBeLessThanOrEqual(9);
  });

  it.each([
    [{ batch: 0 }, 'utteranceBatches: batch is 0, expected a whole number at least 1.'],
    [{ maxFrames: 0 }, 'no utterance is left of 10, expected at least one of 1 to 0 frames.'],
    [{ utterances: [] }, 'no utterance is left of 0'],
    [
      { order: { kind: 'shuffled', seed: 1, poolBatches: 0 } } as const,
      'utteranceBatches: order.poolBatches is 0',
    ],
  ])('refuses %o', (change, sentence) => {
    expect(() => batchesOf(change)).toThrow(sentence);
  });

  it('names the utterance and the frame of a value that is no number, and of a target that is no class', async () => {
    const tables = memoryTables({ lengths: [3, 4] });
    const order = { kind: 'sorted' } as const;
    const withNaN = {
      ...tables.features,
      read: async (key: string) => {
        const matrix = await tables.features.read(key);
        if (key === 'u1') matrix.data[2 * 3 + 1] = Number.NaN;
        return matrix;
      },
    };
    const spoiled = utteranceBatches({ ...tables, features: withNaN, batch: 2, order });
    await expect(all(spoiled.batches(0))).rejects.toThrow(
      'u1: value 1 of frame 2 is NaN, expected a finite number.',
    );
    const outside = {
      ...tables.alignments,
      read: (key: string) => tables.alignments.read(key).map((label, t) => (t === 1 ? 5 : label)),
    };
    const wrong = utteranceBatches({ ...tables, alignments: outside, batch: 2, order });
    await expect(all(wrong.batches(0))).rejects.toThrow(
      'u0: the target of frame 1 is 5, expected one of 5 classes from 0.',
    );
    const longer = tables.utterances.map(({ key, frames }) => ({ key, frames: frames + 1 }));
    const changed = utteranceBatches({ ...tables, utterances: longer, batch: 2, order });
    await expect(all(changed.batches(0))).rejects.toThrow(
      'u0 has 3 frames of features and 3 targets, expected at least 4 of each.',
    );
  });
});
