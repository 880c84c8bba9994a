import {
  buildModel,
  buildTraining,
  loadCorpus,
  modelSpec,
  type LanguageRunConfig,
  type LoadedCorpus,
} from '@bnrnn/experiments';
import { corpusLines } from '../corpusLines';
import { runFiles } from '../runFolder';
import type { OwnStrategy } from '../ownStrategy';
import type { RunData } from './preparedRun';

/** The corpus of a language model's run, read as its settings say. @throws as `loadCorpus` does. */
export async function languageData(
  { data, settings }: Pick<LanguageRunConfig, 'data' | 'settings'>,
  own?: Pick<OwnStrategy, 'strategies'>,
): Promise<RunData<LanguageRunConfig>> {
  return languageDataOf(await loadCorpus(data, settings), own);
}

/** The same of a corpus that is loaded already. */
export function languageDataOf(
  corpus: LoadedCorpus,
  own: Pick<OwnStrategy, 'strategies'> = { strategies: [] },
): RunData<LanguageRunConfig> {
  const { vocabulary } = corpus;
  return {
    info: corpus.info,
    lines: corpusLines(corpus),
    model: (config) => modelSpec(config, vocabulary.size),
    prepare: (config) => ({
      config,
      plan: buildTraining(config, corpus),
      makeModel: () => buildModel(config, vocabulary.size, { strategies: own.strategies }),
      leftOut: [],
      files: { [runFiles.vocabulary]: vocabulary.toJSON() },
    }),
    close: () => Promise.resolve(),
  };
}
