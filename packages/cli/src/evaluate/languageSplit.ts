import { loadCorpus, runBatches, type LanguageRunConfig } from '@bnrnn/experiments';
import { corpusLines, expectSameCorpus } from '../corpusLines';
import type { EvaluatedSplit, Split } from './split';

/**
 * A split of a language model's corpus.
 *
 * @param moved  where the corpus is now; where it was when absent.
 * @throws DataError when it is not the corpus of the run.
 */
export async function languageSplit(
  { settings, corpus, data }: LanguageRunConfig,
  split: Split,
  moved: string | undefined,
): Promise<EvaluatedSplit> {
  const where = moved ?? data;
  const found = await loadCorpus(where);
  expectSameCorpus(corpus, found.info, where);
  return {
    lines: corpusLines(found),
    source: runBatches(settings, found.splits[split]),
    trainSource: runBatches(settings, found.splits.train),
    close: () => Promise.resolve(),
  };
}
