import { randomStream, UsageError } from '@bnrnn/core';
import { markovTable, type MarkovTable, type MarkovTableOptions } from './markovTable';

/** A Markov source whose entropy rate is known in closed form. */
export interface MarkovSource {
  /** Nats per token: no model does better on average. */
  readonly entropyRate: number;
  /** exp of `entropyRate`. */
  readonly perplexity: number;
  /** float64 [types^order]: the long-run share of each context; the latest token varies fastest. */
  readonly stationary: Float64Array;
  /**
   * The probability of `next` after `context`, the latest token last; more than `order` may be given.
   * @throws UsageError for a context shorter than `order`.
   */
  probability(context: ArrayLike<number>, next: number): number;
  /**
   * int32 [length]: a sample that starts in the stationary distribution; `name` picks which. A short
   * sample begins a long one of the same name.
   */
  sample(name: string, length: number): Int32Array;
}

/**
 * Makes a source of the probabilities of `markovTable`.
 *
 *   entropyRate = Σ_c stationary[c]·H(c)     H(c) = −Σ_next p(next | c)·ln p(next | c)
 */
export function markovSource(options: MarkovTableOptions): MarkovSource {
  const { types, order, noise, successors, seed } = options;
  const table = markovTable(options);
  const { contexts, likely, weights } = table;
  const floor = noise / types;
  const stationary = stationaryOf(table, options);
  const entropyRate = stationary.reduce((sum, share, context) => {
    const row = weights.subarray(context * successors, (context + 1) * successors);
    const likelyPart = row.reduce((part, weight) => part + surprise(weight + floor), 0);
    return sum + share * (likelyPart + (types - successors) * surprise(floor));
  }, 0);

  return {
    entropyRate,
    perplexity: Math.exp(entropyRate),
    stationary,
    probability(context, next) {
      if (context.length < order) {
        throw new UsageError(
          `probability: context has ${context.length} tokens, expected at least ${order}.`,
        );
      }
      const at = Array.from(context).reduce((at, token) => (at * types + token) % contexts, 0);
      const rank = likely.subarray(at * successors, (at + 1) * successors).indexOf(next);
      return floor + (rank === -1 ? 0 : (weights[at * successors + rank] as number));
    },
    sample(name, length) {
      const draws = randomStream(`synthetic.${name}`, seed).words(length + 1);
      const out = new Int32Array(length);
      let context = firstAbove(stationary, unit(draws[0] as number));
      for (let i = 0; i < length; i++) {
        let left = unit(draws[i + 1] as number);
        let at = context * successors;
        const end = at + successors;
        while (at < end && (left -= weights[at] as number) >= 0) at++;
        const uniform = Math.min(Math.floor((left / noise) * types), types - 1);
        const token = at < end ? (likely[at] as number) : uniform;
        out[i] = token;
        context = (context * types + token) % contexts;
      }
      return out;
    },
  };
}

/**
 * Iterates p <- p·P from the uniform distribution until p stands still, in float64. The noise alone
 * shrinks the error to a share 1 − noise in `order` rounds, which bounds the number of rounds.
 */
function stationaryOf(
  { contexts, likely, weights }: MarkovTable,
  { types, order, successors, noise }: MarkovTableOptions,
): Float64Array {
  const floor = noise / types;
  const groups = contexts / types;
  const mostRounds = Math.ceil((40 * order) / noise); // e^-40 is below float64's resolution
  let p = new Float64Array(contexts).fill(1 / contexts);
  let change = 1;
  for (let round = 0; round < mostRounds && change > 1e-15; round++) {
    const next = new Float64Array(contexts);
    for (let group = 0; group < groups; group++) {
      // Contexts that differ in their oldest token alone lead to the same contexts.
      let mass = 0;
      for (let context = group; context < contexts; context += groups) {
        const share = p[context] as number;
        mass += share;
        for (let at = context * successors; at < (context + 1) * successors; at++) {
          const to = group * types + (likely[at] as number);
          next[to] = (next[to] as number) + (weights[at] as number) * share;
        }
      }
      for (let to = group * types; to < (group + 1) * types; to++) {
        next[to] = (next[to] as number) + floor * mass;
      }
    }
    const sum = next.reduce((total, share) => total + share, 0);
    const normalized = next.map((share) => share / sum);
    change = 0;
    normalized.forEach((share, i) => {
      change = Math.max(change, Math.abs(share - (p[i] as number)));
    });
    p = normalized;
  }
  return p;
}

/** −p·ln p. */
function surprise(p: number): number {
  return -p * Math.log(p);
}

/** A random word as a number in [0, 1). */
function unit(word: number): number {
  return word / 4_294_967_296;
}

/** The first index at which the running sum exceeds `u`. */
function firstAbove(shares: Float64Array, u: number): number {
  let left = u;
  const found = shares.findIndex((share) => (left -= share) < 0);
  return found === -1 ? shares.length - 1 : found;
}
