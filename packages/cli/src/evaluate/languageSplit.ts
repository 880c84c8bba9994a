import { loadCorpus, runBatches, type LanguageRunConfig } from '@bnrnn/experiments';
import { corpusLines, expectSameCorpus } from '../corpusLines';
import type { EvaluatedSplit, Split } from './split';

const keeps = 'The run keeps its batch and its steps: evaluate a longer split.';

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
  const found = await loadCorpus(where, settings);
  expectSameCorpus(corpus, found.info, where);
  return {
    lines: corpusLines(found),
    source: runBatches(settings, found, split, keeps),
    trainSource: runBatches(settings, found, 'train', keeps),
    close: () => Promise.resolve(),
  };
}
