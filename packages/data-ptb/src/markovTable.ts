import { randomStream } from '@bnrnn/core';

export interface MarkovTableOptions {
  types: number;
  /** How many previous tokens the next one depends on. */
  order: number;
  /** Likely successors of each context. */
  successors: number;
  /** Share of tokens drawn uniformly from all types; above 0. */
  noise: number;
  seed: number;
}

/** The likely successors of each context and their probabilities above the floor of noise / types. */
export interface MarkovTable {
  /** types^order; of a context's tokens the latest varies fastest. */
  readonly contexts: number;
  /** int32 [contexts, successors]: distinct types. */
  readonly likely: Int32Array;
  /** float64 [contexts, successors]: each row sums to 1 − noise. */
  readonly weights: Float64Array;
}

/**
 * Draws the transition probabilities of a Markov source.
 *
 *   p(next | c) = noise / types + (1 − noise)·ratio(c)^j / Σ_i ratio(c)^i    for its j-th likely successor
 *   p(next | c) = noise / types                                              for every other type
 *
 * ratio(c) is uniform in [0.2, 0.8). Successors are floor(types·u²) for uniform u, so low ids are
 * more frequent. The noise makes every context follow from every other: one stationary distribution.
 */
export function markovTable(options: MarkovTableOptions): MarkovTable {
  const { types, order, successors, noise, seed } = options;
  const contexts = types ** order;
  const likely = new Int32Array(contexts * successors);
  const weights = new Float64Array(contexts * successors);
  const ratios = randomStream('synthetic.ratios', seed).uniform(contexts, 0.2, 0.8);
  const stream = randomStream('synthetic.successors', seed);

  for (let context = 0; context < contexts; context++) {
    const chosen = new Set<number>();
    for (let round = 0; chosen.size < successors; round++) {
      for (const word of stream.words(4 * successors, context + contexts * round)) {
        if (chosen.size < successors) chosen.add(Math.floor(types * (word / 4_294_967_296) ** 2));
      }
    }
    likely.set([...chosen], context * successors);

    const powers = Array.from(chosen, (_, j) => (ratios[context] as number) ** j);
    const sum = powers.reduce((total, power) => total + power, 0);
    weights.set(
      powers.map((power) => ((1 - noise) * power) / sum),
      context * successors,
    );
  }
  return { contexts, likely, weights };
}
