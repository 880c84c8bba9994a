import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Allocator } from './allocator';

const start = 100;
const end = 64 * 400;
const first = 128; // the first line at or after `start`

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
        const live = play(new Allocator(start, end), list);
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
        const allocator = new Allocator(start, end);
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
        const allocator = new Allocator(start, end);
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
        const allocator = new Allocator(start, end);
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

  test('takes the smallest gap that fits', () => {
    const allocator = new Allocator(0, 64 * 20);
    const [large, , small] = [64 * 5, 64, 64 * 2, 64].map((bytes) => allocator.allocate(bytes)!);
    allocator.free(large!);
    allocator.free(small!);
    expect(allocator.allocate(64 * 2)).toBe(small);
    expect(allocator.allocate(64 * 2)).toBe(large);
  });

  test('refuses to free what it never gave', () => {
    const allocator = new Allocator(0, 640);
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
