import {
  buildModel,
  buildTraining,
  loadCorpus,
  modelSpec,
  parameterCount,
  type LanguageRunConfig,
  type LoadedCorpus,
} from '@bnrnn/experiments';
import { corpusLines } from '../corpusLines';
import { runFiles } from '../runFolder';
import type { RunData } from './preparedRun';

/** The corpus of a language model's run. @throws as `loadCorpus` does. */
export async function languageData(data: string | undefined): Promise<RunData<LanguageRunConfig>> {
  return languageDataOf(await loadCorpus(data));
}

/** The same of a corpus that is loaded already. */
export function languageDataOf(corpus: LoadedCorpus): RunData<LanguageRunConfig> {
  const { vocabulary } = corpus;
  return {
    info: corpus.info,
    lines: corpusLines(corpus),
    parameters: (config) => parameterCount(modelSpec(config, vocabulary.size)),
    prepare: (config) => ({
      config,
      plan: buildTraining(config, corpus),
      makeModel: () => buildModel(config, vocabulary.size),
      leftOut: [],
      files: { [runFiles.vocabulary]: vocabulary.toJSON() },
    }),
    close: () => Promise.resolve(),
  };
}
