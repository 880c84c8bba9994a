import { describe, expect, it } from 'vitest';
import type { FeatureTable } from '../features';
import { withCmvn, withDeltas, withKeys } from './transformed';

const matrices = {
  a: { rows: 3, columns: 1, data: Float32Array.of(1, 2, 6) },
  b: { rows: 1, columns: 1, data: Float32Array.of(10) },
};
const table: FeatureTable = {
  keys: ['a', 'b'],
  columns: 1,
  frames: (key) => matrices[key as 'a'].rows,
  read: (key) => Promise.resolve(matrices[key as 'a']),
  close: () => Promise.resolve(),
};
// Of 1, 2 and 6: mean 3, variance 14/3.
const statistics = { rows: 2, columns: 2, data: Float64Array.of(9, 3, 41, 0) };
const ofA = (key: string): typeof statistics | undefined => (key === 'a' ? statistics : undefined);

describe('a transformed table', () => {
  it('subtracts means or divides by deviations as it is read, and names who has no statistics', async () => {
    expect([...(await withCmvn(table, ofA).read('a')).data]).toEqual([-2, -1, 3]);
    const { data } = await withCmvn(table, ofA, 'means and variances').read('a');
    [-2, -1, 3].forEach((value, i) => expect(data[i]).toBeCloseTo(value / Math.sqrt(14 / 3), 6));
    await expect(withCmvn(table, ofA).read('b')).rejects.toThrow(
      'withCmvn: there are no statistics for the speaker of b.',
    );
  });

  it('has derivatives behind the values', async () => {
    const deltas = withDeltas(table, { order: 1, window: 1 });
    expect(deltas.columns).toBe(2);
    expect(deltas.frames('a')).toBe(3);
    const { rows, columns, data } = await deltas.read('a');
    expect([rows, columns]).toEqual([3, 2]);
    // (next − last) / 2, the ends repeated.
    [1, 0.5, 2, 2.5, 6, 2].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 6));
    expect(() => withDeltas(table, { order: -1 })).toThrow('addDeltas: order is -1');
  });

  it('normalizes before it differentiates when it is wrapped in that order', async () => {
    const { data } = await withDeltas(withCmvn(table, ofA), { order: 1, window: 1 }).read('a');
    [-2, 0.5, -1, 2.5, 3, 2].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 6));
  });

  it('has some of the utterances in another order', async () => {
    const chosen = withKeys(table, ['b']);
    expect(chosen.keys).toEqual(['b']);
    expect((await chosen.read('b')).data[0]).toBe(10);
  });
});
