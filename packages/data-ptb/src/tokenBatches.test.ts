import { UsageError, type TokenBatch } from '@bnrnn/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchTooLargeError, streamLayouts, tokenBatches, type StreamLayout } from './tokenBatches';

/** Token i is i, so a token says where it stands. */
const counting = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);

const rows = ({ time, batch }: TokenBatch, values: Int32Array): number[][] =>
  Array.from({ length: time }, (_, t) => [...values.subarray(t * batch, (t + 1) * batch)]);

describe('layouts of 11 tokens in 2 streams of 2 steps', () => {
  const windows = (layout: StreamLayout): unknown[] =>
    Array.from(tokenBatches(counting(11), { batch: 2, time: 2, layout }).batches(0), (window) => [
      rows(window, window.inputs),
      rows(window, window.targets),
    ]);

  it('zaremba: stream 1 starts at round(11 / 2)', () => {
    expect(windows('zaremba')).toEqual([
      [
        [
          [0, 6],
          [1, 7],
        ],
        [
          [1, 7],
          [2, 8],
        ],
      ],
      [
        [
          [2, 8],
          [3, 9],
        ],
        [
          [3, 9],
          [4, 10],
        ],
      ],
    ]);
  });

  it('tensorflow: stream 1 starts at floor(11 / 2)', () => {
    expect(windows('tensorflow')).toEqual([
      [
        [
          [0, 5],
          [1, 6],
        ],
        [
          [1, 6],
          [2, 7],
        ],
      ],
      [
        [
          [2, 7],
          [3, 8],
        ],
        [
          [3, 8],
          [4, 9],
        ],
      ],
    ]);
  });

  it('authors: 8 tokens are left, stream 1 starts at 4', () => {
    expect(windows('authors')).toEqual([
      [
        [
          [0, 4],
          [1, 5],
        ],
        [
          [1, 5],
          [2, 6],
        ],
      ],
      [
        [
          [2, 6],
          [3, 7],
        ],
        [
          [3, 7],
          [4, 8],
        ],
      ],
    ]);
  });
});

describe('windows of an epoch', () => {
  it.each([
    [929_589, 20, 20, 2323],
    [929_589, 20, 35, 1327],
    [929_589, 32, 20, 1452],
    [73_760, 32, 20, 115],
    [82_430, 32, 20, 128],
    [929_589, 32, 35, 829],
    [73_760, 32, 35, 65],
    [82_430, 32, 35, 73],
  ])('%d tokens in %d streams of %d steps make %d in every layout', (n, batch, time, count) => {
    for (const layout of streamLayouts) {
      expect(tokenBatches(new Int32Array(n), { batch, time, layout }).batchesPerEpoch).toBe(count);
    }
  });

  it('leaves a target for the last token where the tokens are a multiple of the window', () => {
    const source = tokenBatches(counting(12), { batch: 2, time: 3, layout: 'authors' });
    expect(Array.from(source.batches(0), ({ inputs }) => [...inputs])).toEqual([
      [0, 3, 1, 4, 2, 5],
    ]);
  });
});

const shapes = fc.record({
  n: fc.integer({ min: 2, max: 400 }),
  batch: fc.integer({ min: 1, max: 7 }),
  time: fc.integer({ min: 1, max: 9 }),
  layout: fc.constantFrom(...streamLayouts),
});
const fitting = shapes.filter(({ n, batch, time }) => n >= batch * (time + 1));
const runs = { seed: 20151005, numRuns: 300 };

it('makes every target the input one later in its stream', () => {
  fc.assert(
    fc.property(fitting, ({ n, batch, time, layout }) => {
      const tokens = counting(n);
      let before: TokenBatch | undefined;
      for (const window of tokenBatches(tokens, { batch, time, layout }).batches(0)) {
        expect(window.targets).toEqual(window.inputs.map((token) => token + 1));
        expect(Math.max(...window.targets)).toBeLessThan(n);
        expect(window.inputs.subarray(batch)).toEqual(window.targets.subarray(0, -batch));
        const first = window.inputs.subarray(0, batch);
        if (before !== undefined) expect(first).toEqual(before.targets.subarray(-batch));
        before = window;
      }
    }),
    runs,
  );
});

it('gives no token twice as input, and leaves out fewer than a window and a token of each stream', () => {
  fc.assert(
    fc.property(fitting, ({ n, batch, time, layout }) => {
      const source = tokenBatches(counting(n), { batch, time, layout });
      const inputs = Array.from(source.batches(0), (window) => [...window.inputs]).flat();
      expect(new Set(inputs).size).toBe(inputs.length);
      expect(inputs.length).toBe(source.batchesPerEpoch * batch * time);
      expect(n - inputs.length).toBeLessThan(batch * (time + 2));
    }),
    runs,
  );
});

it('starts at batch k with what skipping k batches gives, in any epoch', () => {
  fc.assert(
    fc.property(fitting, fc.nat(), fc.nat(), ({ n, ...options }, k, epoch) => {
      const source = tokenBatches(counting(n), { ...options, resetAt: 'half-epoch' });
      const from = k % (source.batchesPerEpoch + 1);
      expect([...source.batches(epoch, from)]).toEqual([...source.batches(0)].slice(from));
    }),
    runs,
  );
});

describe('the carried state', () => {
  const resets = (n: number, resetAt?: 'epoch' | 'half-epoch'): number[] =>
    Array.from(
      tokenBatches(counting(n), {
        batch: 2,
        time: 2,
        layout: 'authors',
        ...(resetAt && { resetAt }),
      }).batches(3),
      (window, k) => (window.resetState ? k : -1),
    ).filter((k) => k >= 0);

  it('starts afresh at the epoch alone unless asked', () => {
    expect(resets(31)).toEqual([0]);
    expect(resets(31, 'epoch')).toEqual([0]);
  });

  it('starts afresh before batch floor(batches / 2) too', () => {
    expect(resets(31, 'half-epoch')).toEqual([0, 3]); // 7 batches
    expect(resets(33, 'half-epoch')).toEqual([0, 4]); // 8
    expect(resets(5, 'half-epoch')).toEqual([0]); // 1
  });

  it('is not zeroed at the batch a run resumes from', () => {
    const source = tokenBatches(counting(31), { batch: 2, time: 2, layout: 'authors' });
    expect(Array.from(source.batches(0, 5), (window) => window.resetState)).toEqual([false, false]);
  });
});

describe('refusals', () => {
  it.each([
    ['zaremba', 9, 'need 10 tokens (layout zaremba), the split has 9.'],
    ['tensorflow', 9, 'need 10 tokens (layout tensorflow), the split has 9.'],
    ['authors', 8, 'need 9 tokens (layout authors), the split has 8.'],
  ] as const)('%s: a batch larger than %d tokens', (layout, n, end) => {
    const make = (length: number) => tokenBatches(counting(length), { batch: 2, time: 4, layout });
    expect(() => make(n)).toThrow(UsageError);
    expect(() => make(n)).toThrow(
      `tokenBatches: the batch is larger than the corpus: 2 streams of 4 steps ${end}`,
    );
    expect(make(n + 1).batchesPerEpoch).toBe(1);
    let refused: unknown;
    try {
      make(n);
    } catch (error) {
      refused = error;
    }
    const { needed, fits } = refused as BatchTooLargeError;
    expect(needed).toBe(n + 1);
    const batches = (options: { batch: number; time: number }) => () =>
      tokenBatches(counting(n), { ...options, layout });
    expect(batches({ batch: fits.batch, time: 4 })().batchesPerEpoch).toBeGreaterThan(0);
    expect(batches({ batch: 2, time: fits.time })().batchesPerEpoch).toBeGreaterThan(0);
    expect(batches({ batch: fits.batch + 1, time: 4 })).toThrow(BatchTooLargeError);
    expect(batches({ batch: 2, time: fits.time + 1 })).toThrow(BatchTooLargeError);
  });

  it('settings out of range', () => {
    const make = (options: object) => () =>
      tokenBatches(counting(99), { batch: 2, time: 4, layout: 'authors', ...options });
    expect(make({ batch: 0 })).toThrow(
      'tokenBatches: batch is 0, expected a whole number at least 1.',
    );
    expect(make({ time: 2.5 })).toThrow('tokenBatches: time is 2.5');
    expect(make({ layout: 'lua' })).toThrow('expected one of: zaremba, authors, tensorflow.');
    expect(make({ resetAt: 'never' })).toThrow('expected one of: epoch, half-epoch.');
  });

  it('a start beyond the epoch', () => {
    const source = tokenBatches(counting(31), { batch: 2, time: 2, layout: 'authors' });
    expect([...source.batches(0, 7)]).toEqual([]);
    expect(() => source.batches(0, 8)).toThrow(
      'tokenBatches: from is 8, expected a whole number at least 0 and at most 7.',
    );
  });
});

describe('one of several ranks', () => {
  const options = { batch: 7, time: 3, layout: 'zaremba', resetAt: 'half-epoch' } as const;
  const tokens = Int32Array.from({ length: 200 }, (_, i) => i);

  it.each([2, 3, 7])('the columns of %i ranks are those of one process', (size) => {
    const whole = [...tokenBatches(tokens, options).batches(0, 1)];
    const ranks = Array.from({ length: size }, (_, rank) => {
      const source = tokenBatches(tokens.slice(), { ...options, ranks: { rank, size } });
      expect(source).toMatchObject({ batch: 7, largest: { time: 3, batch: 7 } });
      return [...source.batches(0, 1)];
    });
    whole.forEach((wanted, k) => {
      for (const t of [0, 1, 2]) {
        for (const name of ['inputs', 'targets'] as const) {
          const row = ranks.flatMap((batches) => {
            const { batch, [name]: values, part, resetState } = batches[k]!;
            expect(resetState).toBe(wanted.resetState);
            expect(part?.batch).toBe(7);
            return [...values.subarray(t * batch, (t + 1) * batch)];
          });
          expect(row).toEqual([...wanted[name].subarray(t * 7, (t + 1) * 7)]);
        }
      }
    });
  });

  it('more ranks than streams are refused', () => {
    expect(() => tokenBatches(tokens, { ...options, ranks: { rank: 0, size: 8 } })).toThrow(
      'tokenBatches: a batch of 7 streams cannot be split over 8 ranks.',
    );
  });
});
