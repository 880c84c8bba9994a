import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownRange, type Thread } from './thread';

test('the threads’ ranges cover everything once, in order, and are cut at multiples of the step', () => {
  const sizes = fc.record({
    count: fc.integer({ min: 0, max: 5000 }),
    parts: fc.integer({ min: 1, max: 64 }),
    step: fc.constantFrom(1, 4, 16, 256),
  });
  fc.assert(
    fc.property(sizes, ({ count, parts, step }) => {
      let covered = 0;
      for (let part = 0; part < parts; part++) {
        const [start, end] = ownRange({ part, parts } as Thread, count, step);
        if (start === end) continue;
        expect(start).toBe(covered);
        expect(end).toBeGreaterThan(start);
        if (end < count) expect(end % step).toBe(0);
        covered = end;
      }
      expect(covered).toBe(count);
    }),
    { seed: 41 },
  );
});

test('no thread has more than one step more than another', () => {
  const lengths = [0, 1, 2, 3].map((part) => {
    const [start, end] = ownRange({ part, parts: 4 } as Thread, 1000, 16);
    return end - start;
  });
  expect(lengths).toEqual([240, 256, 256, 248]);
});
