import { expectNumber, UsageError } from '@bnrnn/core';
import { describeCorpus } from './describeCorpus';
import { markovSource, type MarkovSource } from './markovSource';
import { mapSplits, type TextCorpus } from './textCorpus';
import { hashIds } from './tokenHash';
import { endOfLine, vocabularyFromData } from './vocabulary';

export interface SyntheticOptions {
  /** Types of the vocabulary, `<eos>` among them. Default 50. */
  types?: number;
  /** Tokens of train; valid and test have a tenth of it each. Default 100,000. */
  tokens?: number;
  /** Default 1. */
  seed?: number;
  /** How many previous tokens the next one depends on, 1 or 2; 2 needs a memory. Default 1. */
  order?: number;
  /** Likely successors of each context. Default 4. */
  successors?: number;
  /** Share of tokens drawn uniformly from all types. Default 0.02. */
  noise?: number;
}

/** A sampled corpus and the source it came from. */
export interface SyntheticCorpus extends TextCorpus<Int32Array> {
  readonly source: MarkovSource;
}

/** A table of more contexts would not fit beside a model. */
const mostContexts = 1_000_000;

/**
 * Samples a corpus from a Markov source whose perplexity is known: a right model, trained well,
 * comes close to `source.perplexity` and never durably below it.
 *
 * `<eos>` is the type of id 0 and an ordinary state of the source, so lines have random lengths; the
 * other types are `w1`, `w2`, ... in id order. The three splits are independent samples.
 *
 * @returns splits as int32 [tokens]; the same options give the same tokens.
 * @throws UsageError for a setting out of range.
 */
export function synthetic(options: SyntheticOptions = {}): SyntheticCorpus {
  const number = (name: keyof SyntheticOptions, fallback: number, min: number, max?: number) =>
    expectNumber(`synthetic: ${name}`, options[name] ?? fallback, {
      integer: true,
      min,
      ...(max === undefined ? {} : { max }),
    });
  const types = number('types', 50, 2);
  const tokens = number('tokens', 100_000, 10);
  const seed = number('seed', 1, 0);
  const order = number('order', 1, 1, 2);
  const successors = number('successors', Math.min(4, types), 1, types);
  const noise = expectNumber('synthetic: noise', options.noise ?? 0.02, { min: 0.001, below: 1 });
  if (types ** order > mostContexts) {
    throw new UsageError(
      `synthetic: ${types} types of order ${order} make ${types ** order} contexts, ` +
        `expected at most ${mostContexts}.`,
    );
  }

  const source = markovSource({ types, order, successors, noise, seed });
  const names = Array.from({ length: types }, (_, id) => (id === 0 ? endOfLine : `w${id}`));
  const splits = mapSplits((split) =>
    source.sample(split, split === 'train' ? tokens : Math.floor(tokens / 10)),
  );
  const corpus = describeCorpus(
    'synthetic',
    vocabularyFromData({ unit: 'word', types: names }),
    splits,
    { sha256: mapSplits((split) => hashIds(splits[split], 'word', names)) },
  );
  return { ...corpus, source };
}
