import { UsageError } from '@bnrnn/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markovSource, type MarkovSource } from './markovSource';
import type { MarkovTableOptions } from './markovTable';

const small = fc.record({
  types: fc.integer({ min: 2, max: 6 }),
  order: fc.constantFrom(1, 2),
  successors: fc.integer({ min: 1, max: 2 }),
  noise: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
  seed: fc.nat(1000),
});
const runs = { seed: 20151005, numRuns: 40 };

/** The tokens of a context index, the latest last. */
const contextOf = (index: number, { types, order }: MarkovTableOptions): number[] =>
  Array.from({ length: order }, (_, i) => Math.floor(index / types ** (order - 1 - i)) % types);

const row = (source: MarkovSource, index: number, options: MarkovTableOptions): number[] =>
  Array.from({ length: options.types }, (_, next) =>
    source.probability(contextOf(index, options), next),
  );

describe('any source', () => {
  it('has rows that sum to 1 and hold every type', () => {
    fc.assert(
      fc.property(small, (options) => {
        const source = markovSource(options);
        for (let index = 0; index < options.types ** options.order; index++) {
          const p = row(source, index, options);
          expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
          expect(Math.min(...p)).toBeGreaterThanOrEqual(options.noise / options.types - 1e-15);
          const likely = p.filter((value) => value > (options.noise / options.types) * (1 + 1e-9));
          expect(likely.length).toBe(options.successors);
        }
      }),
      runs,
    );
  });

  it('has a stationary distribution that one step leaves alone, and its entropy rate', () => {
    fc.assert(
      fc.property(small, (options) => {
        const source = markovSource(options);
        const { stationary } = source;
        const contexts = options.types ** options.order;
        const after = new Float64Array(contexts);
        let entropy = 0;
        for (let index = 0; index < contexts; index++) {
          row(source, index, options).forEach((p, next) => {
            const to = (index * options.types + next) % contexts;
            after[to] = after[to]! + stationary[index]! * p;
            entropy -= stationary[index]! * p * Math.log(p);
          });
        }
        expect(stationary.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
        after.forEach((share, index) => expect(share).toBeCloseTo(stationary[index]!, 12));
        expect(source.entropyRate).toBeCloseTo(entropy, 12);
        expect(source.perplexity).toBeCloseTo(Math.exp(entropy), 10);
      }),
      runs,
    );
  });
});

it('has for two types the entropy rate of the textbook', () => {
  const options = { types: 2, order: 1, successors: 1, noise: 0.3, seed: 5 };
  const source = markovSource(options);
  const leave = [source.probability([0], 1), source.probability([1], 0)] as const;
  const h = (p: number): number => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  const expected = (leave[1] * h(leave[0]) + leave[0] * h(leave[1])) / (leave[0] + leave[1]);
  expect([0.15, 0.85]).toContainEqual(expect.closeTo(leave[0], 12));
  expect(source.entropyRate).toBeCloseTo(expected, 12);
});

describe.each([1, 2])('a sample of order %d', (order) => {
  const options = { types: 8, order, successors: 3, noise: 0.1, seed: 4 };
  const source = markovSource(options);
  const tokens = source.sample('train', 200_000);

  it('has the transition frequencies of the source', () => {
    const contexts = options.types ** order;
    const counts = new Float64Array(contexts * options.types);
    for (let i = order; i < tokens.length; i++) {
      const context = tokens.subarray(i - order, i).reduce((at, id) => at * options.types + id, 0);
      const cell = context * options.types + tokens[i]!;
      counts[cell] = counts[cell]! + 1;
    }
    for (let context = 0; context < contexts; context++) {
      const seen = counts.subarray(context * options.types, (context + 1) * options.types);
      const total = seen.reduce((sum, count) => sum + count, 0);
      expect(total / (tokens.length - order)).toBeCloseTo(source.stationary[context]!, 2);
      row(source, context, options).forEach((p, next) => {
        const deviation = Math.sqrt(p * (1 - p) * total);
        expect(Math.abs(seen[next]! - p * total)).toBeLessThan(5 * deviation + 1);
      });
    }
  });

  it('has on average the surprise that the entropy rate says', () => {
    let nats = 0;
    for (let i = order; i < tokens.length; i++) {
      nats -= Math.log(source.probability(tokens.subarray(i - order, i), tokens[i]!));
    }
    expect(Math.abs(nats / (tokens.length - order) - source.entropyRate)).toBeLessThan(0.01);
  });

  it('is another under another name or seed, and the same under the same', () => {
    expect(source.sample('train', 100)).toEqual(tokens.subarray(0, 100).slice());
    expect(source.sample('valid', 100)).not.toEqual(source.sample('train', 100));
    const other = markovSource({ ...options, seed: 5 });
    expect(other.sample('train', 100)).not.toEqual(source.sample('train', 100));
  });
});

it('refuses a context shorter than its order', () => {
  const source = markovSource({ types: 4, order: 2, successors: 1, noise: 0.1, seed: 1 });
  expect(() => source.probability([3], 0)).toThrow(
    new UsageError('probability: context has 1 tokens, expected at least 2.'),
  );
  expect(source.probability([1, 2, 3], 0)).toBe(source.probability([2, 3], 0));
});
