import {
  buildSpeechModel,
  buildSpeechTraining,
  classCounts,
  evaluationBatches,
  openSpeechCorpus,
  speechModelSpec,
  trainingBatches,
  type SpeechRunConfig,
} from '@bnrnn/experiments';
import type { Io } from '../io';
import type { OwnStrategy } from '../ownStrategy';
import { runFiles } from '../runFolder';
import type { RunData } from '../train/preparedRun';
import { badFeatureLines, leftOutOf } from './leftOut';
import { speechLines } from './speechLines';

/** The data of a frame classifier's run. @throws DataError when a file is not what it should be. */
export async function openSpeechData(
  io: Io,
  draft: SpeechRunConfig,
  { strategies }: Pick<OwnStrategy, 'strategies'> = { strategies: [] },
): Promise<RunData<SpeechRunConfig>> {
  const { settings, data } = draft;
  const corpus = await openSpeechCorpus(data, { settings, note: (text) => io.note(text) });
  const train = trainingBatches(draft, corpus);
  for (const split of [corpus.train, corpus.dev]) {
    for (const line of badFeatureLines(split.dropped)) io.note(`left out: ${line}`);
  }
  return {
    info: corpus.info,
    lines: speechLines(corpus, settings, train),
    model: (config) => speechModelSpec(config, corpus.sizes),
    prepare: (config) => ({
      config,
      plan: buildSpeechTraining(config, {
        train,
        valid: evaluationBatches(config, corpus.alignments, corpus.dev),
      }),
      makeModel: () => buildSpeechModel(config, corpus.sizes, { strategies }),
      leftOut: [
        ...leftOutOf('train', corpus.train, train.tooLong),
        ...leftOutOf('valid', corpus.dev),
      ],
      files: {
        [runFiles.classes]: {
          features: corpus.sizes.features,
          frames: [...classCounts(corpus.alignments, train.utterances)],
        },
      },
    }),
    close: () => corpus.close(),
  };
}
