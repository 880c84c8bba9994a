import { randomStream } from '@bnrnn/core';

export interface MarkovSourceOptions {
  types: number;
  /** How many previous tokens the next one depends on: 1 or 2. */
  order: number;
  /** Likely successors of each context. */
  successors: number;
  /** Share of tokens drawn uniformly from all types. */
  noise: number;
  seed: number;
}

/** A Markov source whose entropy rate is known in closed form. */
export interface MarkovSource {
  /** Nats per token: no model does better on average. */
  readonly entropyRate: number;
  /** exp of `entropyRate`. */
  readonly perplexity: number;
  /** float64 [types^order]: the long-run share of each context; the latest token varies fastest. */
  readonly stationary: Float64Array;
  /** The probability of `next` after `context`, the latest token last. */
  probability(context: readonly number[], next: number): number;
  /** int32 [length]: a sample that starts in the stationary distribution; `name` picks which. */
  sample(name: string, length: number): Int32Array;
}

/**
 * Makes the source: in each context, `successors` types are likely and every type is possible.
 *
 *   p(next | context) = (1 − noise)·w[j] + noise / types     w[j] = 2^−j / Σ 2^−i, j its successor's rank
 *   stationary = stationary·P        entropyRate = Σ stationary[c]·H(p(· | c))
 *
 * Successors are drawn with a preference for low ids, so that types differ in frequency. The noise
 * makes every context reachable from every other, so the stationary distribution is unique.
 */
export function markovSource(options: MarkovSourceOptions): MarkovSource {
  const { types, order, noise } = options;
  const contexts = types ** order;
  const weights = halvingWeights(options.successors).map((weight) => (1 - noise) * weight);
  const floor = noise / types;
  const likely = drawSuccessors(options, contexts);
  const stationary = findStationary(likely, weights, floor, types, contexts);

  // Every context has the same probabilities in another order, so the same entropy.
  const entropyRate =
    weights.reduce((sum, weight) => sum + surprise(weight + floor), 0) +
    (types - weights.length) * surprise(floor);

  const successor = (context: number, rank: number): number =>
    likely[context * weights.length + rank] as number;

  return {
    entropyRate,
    perplexity: Math.exp(entropyRate),
    stationary,
    probability(context, next) {
      const at = context.reduce((index, token) => (index * types + token) % contexts, 0);
      const rank = weights.findIndex((_, j) => successor(at, j) === next);
      return floor + (weights[rank] ?? 0);
    },
    sample(name, length) {
      const draws = randomStream(`synthetic.${name}`, options.seed).words(length + 1);
      const uniform = (i: number): number => (draws[i] as number) / 4_294_967_296;
      let context = pick(stationary, uniform(length));
      return Int32Array.from({ length }, (_, i) => {
        let left = uniform(i);
        const rank = weights.findIndex((weight) => (left -= weight) < 0);
        const next = rank === -1 ? Math.floor((left / noise) * types) : successor(context, rank);
        const token = Math.min(next, types - 1);
        context = (context * types + token) % contexts;
        return token;
      });
    },
  };
}

/** 1/2, 1/4, ... scaled to sum 1. */
function halvingWeights(count: number): number[] {
  const sum = 2 - 2 ** (1 - count);
  return Array.from({ length: count }, (_, j) => 2 ** -j / sum);
}

/** int32 [contexts, successors]: distinct types, id floor(types·u²) for uniform u. */
function drawSuccessors(
  { types, successors, seed }: MarkovSourceOptions,
  contexts: number,
): Int32Array {
  const stream = randomStream('synthetic.successors', seed);
  const out = new Int32Array(contexts * successors);
  for (let context = 0; context < contexts; context++) {
    const chosen = new Set<number>();
    for (let round = 0; chosen.size < successors; round++) {
      const draws = stream.words(4 * successors, context + contexts * round);
      for (const draw of draws) {
        if (chosen.size < successors) chosen.add(Math.floor(types * (draw / 4_294_967_296) ** 2));
      }
    }
    out.set([...chosen], context * successors);
  }
  return out;
}

/** Iterates p <- p·(I + P) / 2, which converges for any chain with one recurrent class, until p stands still. */
function findStationary(
  likely: Int32Array,
  weights: readonly number[],
  floor: number,
  types: number,
  contexts: number,
): Float64Array {
  let p = new Float64Array(contexts).fill(1 / contexts);
  const groups = contexts / types;
  for (let change = 1; change > 1e-15;) {
    const next = p.map((share) => share / 2);
    for (let group = 0; group < groups; group++) {
      // The contexts that differ in their oldest token alone lead to the same contexts.
      let mass = 0;
      for (let context = group; context < contexts; context += groups) {
        const share = p[context] as number;
        mass += share;
        weights.forEach((weight, j) => {
          const to = group * types + (likely[context * weights.length + j] as number);
          next[to] = (next[to] as number) + (weight * share) / 2;
        });
      }
      for (let token = 0; token < types; token++) {
        const to = group * types + token;
        next[to] = (next[to] as number) + (floor * mass) / 2;
      }
    }
    change = next.reduce((most, share, i) => Math.max(most, Math.abs(share - (p[i] as number))), 0);
    p = next;
  }
  return p;
}

/** −p·ln p. */
function surprise(p: number): number {
  return p === 0 ? 0 : -p * Math.log(p);
}

/** The first index at which the running sum exceeds `u`. */
function pick(shares: Float64Array, u: number): number {
  let left = u;
  const found = shares.findIndex((share) => (left -= share) < 0);
  return found === -1 ? shares.length - 1 : found;
}
