import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors';
import { randomStream } from './randomStream';
import { threefry2x32 } from './threefry';

const runs = { seed: 20151005, numRuns: 100 };

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

const variance = (values: ArrayLike<number>): number => {
  const center = mean(values);
  return mean(Array.from(values, (value) => (value - center) ** 2));
};

describe('words', () => {
  it('are Threefry-2x32 at counter (floor(i / 2), step) under the key', () => {
    const stream = randomStream('layers.0.recurrent', 3);
    const expected = new Uint32Array(4);
    threefry2x32(stream.key[0], stream.key[1], 0, 9, expected, 0);
    threefry2x32(stream.key[0], stream.key[1], 1, 9, expected, 2);
    expect([...stream.words(4, 9)]).toEqual([...expected]);
  });

  it('keep their bits from one version to the next', () => {
    // A change here changes every initial weight, dropout mask and shuffle of a seed.
    expect(randomStream('embedding', 1).key).toEqual([489259341, 1239529592]);
    expect([...randomStream('embedding', 1).words(3)]).toEqual([396471090, 3173113310, 3809282837]);
    expect([...randomStream('embedding', 1).words(3, 7)]).toEqual([
      3378352823, 386267901, 1745149628,
    ]);
  });

  it('from a position on are the rest of a long draw', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(), (from, length, step) => {
        const stream = randomStream('dropout.0', 5);
        const rest = stream.words(from + length, step).subarray(from);
        expect([...stream.words(length, step, from)]).toEqual([...rest]);
        const mask = stream.dropoutMask(from + length, 0.5, step).subarray(from);
        expect([...stream.dropoutMask(length, 0.5, step, from)]).toEqual([...mask]);
      }),
      runs,
    );
  });

  it('of a short draw begin a long one', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(), (short, more, step) => {
        const stream = randomStream('dropout.0', 5);
        const long = stream.words(short + more, step);
        expect([...stream.words(short, step)]).toEqual([...long.subarray(0, short)]);
      }),
      runs,
    );
  });

  it('depend on name, seed and step alone, and on each of them', () => {
    const place = fc.tuple(fc.string({ maxLength: 8 }), fc.maxSafeNat(), fc.nat(0xffffffff));
    fc.assert(
      fc.property(place, place, ([name, seed, step], [other, otherSeed, otherStep]) => {
        const words = [...randomStream(name, seed).words(4, step)];
        expect([...randomStream(name, seed).words(4, step)]).toEqual(words);
        for (const [n, s, t] of [
          [other, seed, step],
          [name, otherSeed, step],
          [name, seed, otherStep],
        ] as const) {
          if (n === name && s === seed && t === step) continue;
          expect([...randomStream(n, s).words(4, t)]).not.toEqual(words);
        }
      }),
      runs,
    );
  });

  it('tell apart places whose names are near and seeds above 32 bits', () => {
    const names = ['a', 'b', 'ab', 'ba', '', 'layers.0.input', 'layers.1.input', 'layers.0.bias'];
    const keys = names.flatMap((name) =>
      [0, 1, 2 ** 32, 2 ** 32 + 1].map((seed) => randomStream(name, seed).key.join()),
    );
    expect(new Set(keys).size).toBe(names.length * 4);
  });

  it('set each bit half of the time', () => {
    const words = randomStream('bits', 0).words(20_000);
    for (let bit = 0; bit < 32; bit++) {
      const share = mean(Array.from(words, (word) => (word >>> bit) & 1));
      // 5 standard deviations of a mean of 20,000 coin flips.
      expect(Math.abs(share - 0.5), `bit ${bit}`).toBeLessThan(0.0177);
    }
  });

  it('refuse a seed that is not a whole number', () => {
    expect(() => randomStream('x', 0.5)).toThrow(
      new UsageError('randomStream: seed is 0.5, expected a whole number at least 0.'),
    );
    expect(() => randomStream('x', Number.NaN)).toThrow(UsageError);
  });
});

describe('uniform', () => {
  it('is the top 24 bits of each word, scaled', () => {
    const stream = randomStream('u', 1);
    const words = stream.words(1001, 4);
    const expected = Float32Array.from(
      words,
      (word) => -2 + 5 * (Math.floor(word / 256) / 2 ** 24),
    );
    expect(stream.uniform(1001, -2, 3, 4)).toEqual(expected);
  });

  it('fills the interval evenly', () => {
    const values = randomStream('u', 2).uniform(40_000, -0.1, 0.1);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.fround(-0.1));
    expect(Math.max(...values)).toBeLessThan(Math.fround(0.1));
    // Mean 0 and variance 0.2² / 12, each within 5 standard deviations of its estimate.
    expect(Math.abs(mean(values))).toBeLessThan(5 * Math.sqrt(0.04 / 12 / 40_000));
    expect(Math.abs(variance(values) / (0.04 / 12) - 1)).toBeLessThan(5 * Math.sqrt(0.8 / 40_000));
    const bins = new Float64Array(10);
    for (const value of values) {
      const bin = Math.floor((value + 0.1) * 50);
      bins[bin] = (bins[bin] as number) + 1;
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - 4000) ** 2 / 4000, 0);
    // The 99.99th percentile of chi-square with 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(33.7);
  });

  it('has independent neighbours', () => {
    const values = randomStream('u', 3).uniform(40_001, -1, 1);
    const products = Array.from({ length: 40_000 }, (_, i) => values[i]! * values[i + 1]!);
    // The product of two independent ones has variance 1/9.
    expect(Math.abs(mean(products))).toBeLessThan((5 * (1 / 3)) / Math.sqrt(40_000));
  });
});

describe('normal', () => {
  it('has the mean, deviation and tails asked for', () => {
    const values = randomStream('n', 1).normal(40_001, 3, 2);
    const standard = Array.from(values, (value) => (value - 3) / 2);
    expect(values.length).toBe(40_001);
    expect(Math.abs(mean(standard))).toBeLessThan(5 / 200);
    expect(Math.abs(variance(standard) - 1)).toBeLessThan(5 * Math.sqrt(2 / 40_000));
    expect(Math.abs(mean(standard.map((z) => z ** 3)))).toBeLessThan(5 * Math.sqrt(15 / 40_000));
    const beyondTwo = mean(standard.map((z) => (Math.abs(z) > 2 ? 1 : 0)));
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.0053);
  });

  it('is Box-Muller of the words in pairs', () => {
    const stream = randomStream('n', 2);
    const [first = 0, second = 0] = stream.words(2);
    const radius = Math.sqrt(-2 * Math.log((Math.floor(first / 256) + 1) / 2 ** 24));
    const angle = (2 * Math.PI * Math.floor(second / 256)) / 2 ** 24;
    const expected = Float32Array.of(radius * Math.cos(angle), radius * Math.sin(angle));
    expect(stream.normal(2, 0, 1)).toEqual(expected);
    expect(stream.normal(1, 0, 1)).toEqual(expected.subarray(0, 1));
  });
});

describe('dropoutMask', () => {
  it('drops an element whose word is below round(rate · 2^32)', () => {
    const stream = randomStream('dropout.1', 6);
    const words = stream.words(501, 12);
    const expected = Float32Array.from(words, (word) =>
      word < Math.round(0.35 * 2 ** 32) ? 0 : 1 / (1 - 0.35),
    );
    expect(stream.dropoutMask(501, 0.35, 12)).toEqual(expected);
  });

  it('drops the share asked for and keeps the expectation 1', () => {
    const mask = randomStream('dropout.2', 6).dropoutMask(40_000, 0.65);
    const dropped = mean(Array.from(mask, (value) => (value === 0 ? 1 : 0)));
    expect(Math.abs(dropped - 0.65)).toBeLessThan(5 * Math.sqrt((0.65 * 0.35) / 40_000));
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.35)]));
  });

  it('keeps everything at rate 0 and refuses rates outside [0, 1)', () => {
    const stream = randomStream('dropout.3', 6);
    expect(stream.dropoutMask(100, 0)).toEqual(new Float32Array(100).fill(1));
    expect(() => stream.dropoutMask(1, 1)).toThrow(
      'dropoutMask: rate is 1, expected a number at least 0 and below 1.',
    );
    expect(() => stream.dropoutMask(1, -0.1)).toThrow(UsageError);
  });
});

describe('permutation', () => {
  it('holds each number once', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), (length, step) => {
        const sorted = [...randomStream('p', 1).permutation(length, step)].sort((a, b) => a - b);
        expect(sorted).toEqual(Array.from({ length }, (_, i) => i));
      }),
      runs,
    );
  });

  it('puts each number in each place equally often', () => {
    const stream = randomStream('p', 2);
    const counts = new Float64Array(16);
    for (let step = 0; step < 8000; step++) {
      stream.permutation(4, step).forEach((value, place) => {
        counts[place * 4 + value] = (counts[place * 4 + value] as number) + 1;
      });
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    // The 99.99th percentile with 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(33.7);
  });
});
