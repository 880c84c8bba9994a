import { describe, expect, it } from 'vitest';
import { epochOrder, type UtteranceOrder } from './epochOrder';

const lengths = Int32Array.from({ length: 107 }, (_, i) => 20 + ((i * 37) % 101));
const shuffled = (poolBatches: number, seed = 4): UtteranceOrder => ({
  kind: 'shuffled',
  seed,
  poolBatches,
});
const orderOf = (order: UtteranceOrder, epoch = 0) =>
  epochOrder(lengths, { batch: 8, order, epoch }).map((batch) => [...batch]);
const sizes = (batches: readonly number[][]) => batches.map(({ length }) => length);

/** Share of all padded frames of the batches. */
function padding(batches: readonly number[][]): number {
  const widths = batches.map((batch) => batch.map((i) => lengths[i]!));
  const cells = widths.reduce((sum, each) => sum + each.length * Math.max(...each), 0);
  const real = widths.flat().reduce((sum, each) => sum + each, 0);
  return 1 - real / cells;
}

describe('epochOrder', () => {
  it('takes them as they came', () => {
    expect(orderOf({ kind: 'listed' }, 3).flat()).toEqual([...lengths.keys()]);
    expect(orderOf({ kind: 'listed' })[1]).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it.each([['sorted', { kind: 'sorted' }] as const, ['shuffled', shuffled(3)] as const])(
    '%s: each utterance once, one batch smaller than the rest',
    (_, order) => {
      const batches = orderOf(order);
      expect(batches.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
      expect(batches).toHaveLength(14);
      expect(sizes(batches).filter((size) => size !== 8)).toEqual([3]);
    },
  );

  it('sorts by length, equal lengths as they came, the batches in one fixed order', () => {
    const sorted = orderOf({ kind: 'sorted' });
    const byLength = (a: number, b: number): number => lengths[a]! - lengths[b]! || a - b;
    expect(new Set(lengths).size).toBeLessThan(lengths.length);
    const inLine = [...sorted].sort(([a], [b]) => byLength(a!, b!));
    expect(inLine.flat()).toEqual([...lengths.keys()].sort(byLength));
    expect(sorted).not.toEqual(inLine);
    expect(orderOf({ kind: 'sorted' }, 5)).toEqual(sorted);
  });

  it('repeats an epoch of a seed, and no other', () => {
    expect(orderOf(shuffled(3), 2)).toEqual(orderOf(shuffled(3), 2));
    expect(orderOf(shuffled(3), 3)).not.toEqual(orderOf(shuffled(3), 2));
    expect(orderOf(shuffled(3, 5), 2)).not.toEqual(orderOf(shuffled(3), 2));
  });

  it('puts other utterances together in another epoch', () => {
    const mates = (epoch: number) => orderOf(shuffled(3), epoch).find((each) => each.includes(0))!;
    expect(new Set(mates(0)).size).toBe(mates(0).length);
    expect(mates(1).sort()).not.toEqual(mates(0).sort());
  });

  it('pads little where pools are large, and the order of the batches is no order of lengths', () => {
    const pooled = orderOf(shuffled(7));
    expect(padding(pooled)).toBeLessThan(0.12);
    expect(padding(orderOf(shuffled(1)))).toBeGreaterThan(0.25);
    const longest = pooled.map((batch) => Math.max(...batch.map((i) => lengths[i]!)));
    expect(longest).not.toEqual([...longest].sort((a, b) => a - b));
  });
});
