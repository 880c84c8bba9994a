import { DataError, UsageError } from '@bnrnn/core';
import {
  evaluationBatches,
  openAlignments,
  openSpeechCorpus,
  openSpeechSplit,
  trainingBatches,
  type SpeechRunConfig,
} from '@bnrnn/experiments';
import { expectSameCorpus } from '../corpusLines';
import type { Io } from '../io';
import { speechFiles } from '../speech/speechFlags';
import { speechLines, splitText } from '../speech/speechLines';
import type { DataFlags, EvaluatedSplit, Split } from './runTask';

/**
 * A split of a frame classifier's data: of its own directories, whatever their utterances' lengths, or,
 * as `test`, any other directory.
 *
 * @param flags  where the run's files are now; `data` is the directory of `test`.
 * @throws DataError when the data is not the run's, or not of its width and classes.
 */
export async function speechSplit(
  io: Io,
  config: SpeechRunConfig,
  split: Split,
  flags: DataFlags,
): Promise<EvaluatedSplit> {
  const { settings } = config;
  const note = (text: string): void => io.note(text);
  const isTest = split === 'test';
  if (isTest !== (flags.data !== undefined)) {
    throw new UsageError(
      isTest
        ? '--split test of a frame classifier needs --data: the directory to evaluate.'
        : `--data is the directory of --split test, and the split is ${split}.`,
      { hint: 'Name its alignments too: --split test --data DIR --alignments DIR.' },
    );
  }
  const files = speechFiles(
    isTest ? { ...flags, alignments: config.data.alignments } : flags,
    config.data,
  );
  const corpus = await openSpeechCorpus(files, { settings, note });
  expectSameCorpus(config.corpus, corpus.info, `${files.train} and ${files.dev}`);
  const training = trainingBatches(config, corpus);
  if (flags.data === undefined) {
    const { train, dev, alignments } = corpus;
    return {
      lines: speechLines(corpus, settings, training),
      source: evaluationBatches(config, alignments, split === 'train' ? train : dev),
      trainSource: training,
      close: () => corpus.close(),
    };
  }
  const alignments = await openAlignments(
    { ...files, alignments: [...(flags.alignments ?? files.alignments)] },
    { note },
  );
  if (alignments.classes > config.corpus.classes) {
    throw new DataError(
      `The alignments of ${flags.data} have ${alignments.classes} classes, expected the run's ${config.corpus.classes}.`,
      { hint: 'Align with the model that the training targets came from.' },
    );
  }
  const { root, badUtterances } = files;
  const test = await openSpeechSplit(flags.data, alignments, {
    settings,
    note,
    ...(root !== undefined && { root }),
    ...(badUtterances !== undefined && { badUtterances }),
  });
  return {
    lines: [...speechLines(corpus, settings, training), splitText(test)],
    source: evaluationBatches(config, alignments, test),
    trainSource: training,
    close: async () => {
      await Promise.all([corpus.close(), test.close()]);
    },
  };
}
