import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Allocator } from './allocator';

const start = 100;
const end = 64 * 400;
const first = 128; // the first line at or after `start`
const small = 800;

type Step = { allocate: number } | { free: number };
const steps = fc.array(
  fc.oneof(
    fc.record({ allocate: fc.integer({ min: 0, max: 3000 }) }),
    fc.record({ free: fc.nat() }),
  ),
  { maxLength: 120 },
);

/** Plays the steps; `free` picks one of the blocks that live. */
function play(allocator: Allocator, list: readonly Step[]): Map<number, number> {
  const live = new Map<number, number>();
  for (const step of list) {
    if ('allocate' in step) {
      const offset = allocator.allocate(step.allocate);
      if (offset !== undefined) live.set(offset, step.allocate);
    } else if (live.size > 0) {
      const offset = [...live.keys()][step.free % live.size]!;
      allocator.free(offset);
      live.delete(offset);
    }
  }
  return live;
}

describe('Allocator', () => {
  test('blocks lie on lines, inside the region, and never overlap', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const live = play(new Allocator(start, end, small), list);
        const blocks = [...live].sort(([a], [b]) => a - b);
        blocks.forEach(([offset, bytes], i) => {
          expect(offset % 64).toBe(0);
          expect(offset).toBeGreaterThanOrEqual(first);
          expect(offset + bytes).toBeLessThanOrEqual(blocks[i + 1]?.[0] ?? end);
        });
      }),
      { seed: 31 },
    );
  });

  test('counts what is in use, in whole lines, and its peak', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const allocator = new Allocator(start, end, small);
        const live = play(allocator, list);
        const lines = [...live.values()].map((bytes) => Math.max(1, Math.ceil(bytes / 64)) * 64);
        const inUse = lines.reduce((sum, bytes) => sum + bytes, 0);
        expect(allocator.bytesInUse).toBe(inUse);
        expect(allocator.peakBytes).toBeGreaterThanOrEqual(inUse);
      }),
      { seed: 32 },
    );
  });

  test('neighbours merge: once all is freed, one block of the whole capacity fits', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const allocator = new Allocator(start, end, small);
        for (const offset of play(allocator, list).keys()) allocator.free(offset);
        expect(allocator.bytesInUse).toBe(0);
        expect(allocator.allocate(allocator.capacity)).toBe(first);
        expect(allocator.allocate(1)).toBeUndefined();
      }),
      { seed: 33 },
    );
  });

  test('a steady loop is served from what it gave back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 12 }), (sizes) => {
        const allocator = new Allocator(start, end, small);
        const round = () => {
          const offsets = sizes.map((bytes) => allocator.allocate(bytes)!);
          for (const offset of offsets) allocator.free(offset);
          return offsets;
        };
        const before = round();
        const peak = allocator.peakBytes;
        expect(round()).toEqual(before);
        expect(allocator.peakBytes).toBe(peak);
      }),
      { seed: 34 },
    );
  });

  test('a large block takes the lower end of the smallest gap that fits', () => {
    const allocator = new Allocator(0, 64 * 20, 0);
    const [large, , gap] = [64 * 5, 64, 64 * 2, 64].map((bytes) => allocator.allocate(bytes)!);
    allocator.free(large!);
    allocator.free(gap!);
    expect(allocator.allocate(64 * 2)).toBe(gap);
    expect(allocator.allocate(64 * 2)).toBe(large);
    expect(allocator.gaps).toBe(2);
  });

  test('a small block takes the upper end of the last gap that fits', () => {
    const allocator = new Allocator(0, 64 * 20, 64 * 2);
    const [upper, lower] = [allocator.allocate(64)!, allocator.allocate(64 * 2)!];
    expect([upper, lower]).toEqual([64 * 19, 64 * 17]);
    allocator.free(upper);
    expect(allocator.allocate(64 * 3)).toBe(0);
    expect(allocator.allocate(64 * 2)).toBe(64 * 15);
    expect(allocator.allocate(64)).toBe(upper);
  });

  test('what outlives a round leaves one gap, whatever the sizes in between', () => {
    const allocator = new Allocator(0, 64 * 1000, 64 * 2);
    let kept = allocator.allocate(64)!;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 200, max: 3000 }), { maxLength: 9 }), (sizes) => {
        const blocks = sizes.map((bytes) => allocator.allocate(bytes)!);
        const next = allocator.allocate(64)!;
        for (const block of [...blocks, kept]) allocator.free(block);
        kept = next;
        expect(allocator.allocate(64 * 998)).toBe(0);
        allocator.free(0);
      }),
      { seed: 35 },
    );
  });

  test('a fork has the same blocks in use and goes its own way', () => {
    const allocator = new Allocator(0, 64 * 20, 64);
    const [a, b] = [allocator.allocate(64 * 3)!, allocator.allocate(64 * 2)!];
    allocator.free(a);
    const fork = allocator.fork();
    expect([fork.bytesInUse, fork.peakBytes]).toEqual([64 * 2, 64 * 2]);
    expect(fork.allocate(64 * 3)).toBe(a);
    fork.free(b);
    expect(fork.allocate(64 * 17)).toBe(64 * 3);
    expect(allocator.allocate(64 * 15)).toBe(64 * 5);
  });

  test('the peak can begin again', () => {
    const allocator = new Allocator(0, 640);
    allocator.free(allocator.allocate(320)!);
    expect(allocator.peakBytes).toBe(320);
    allocator.resetPeak();
    expect(allocator.peakBytes).toBe(0);
  });

  test('refuses to free what it never gave', () => {
    const allocator = new Allocator(0, 640, 0);
    const block = allocator.allocate(64)!;
    allocator.free(block);
    expect(() => allocator.free(block)).toThrow('Allocator.free: no block starts at 0.');
  });

  test('clear takes all blocks back', () => {
    const allocator = new Allocator(0, 640);
    allocator.allocate(300);
    allocator.clear();
    expect(allocator.bytesInUse).toBe(0);
    expect(allocator.allocate(640)).toBe(0);
  });
});
