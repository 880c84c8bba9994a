import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SpeechFiles } from '@bnrnn/core';
import {
  benchSubject,
  classCounts,
  completeRun,
  evaluationBatches,
  isOf,
  openSpeechCorpus,
  resolveRun,
  tasks,
  trainingBatches,
  type Changes,
} from '@bnrnn/experiments';
import { runFiles } from '../runFolder';
import { badFeatureLines, leftOutOf } from '../speech/leftOut';
import {
  speechFiles,
  speechFlagNames,
  speechNeeds,
  transformOverrides,
} from '../speech/speechFlags';
import { speechLines } from '../speech/speechLines';
import { randomCorpus } from './randomCorpus';
import type { RunTask } from './runTask';
import { speechSplit } from './speechSplit';

const { speech } = tasks;

/** The paper's inputs and targets on WSJ: 23 filterbanks with deltas and delta-deltas, 3,546 states. */
const wsj = { features: 69, classes: 3_546 };

/** Frames of each utterance of a bench unless told otherwise: 3 seconds. */
const defaultFrames = 300;

/** Utterances of a comparison of backends: small, as it is values and not speed that are compared. */
const paritySizes = { features: 69, classes: 400, frames: 40 };

const randomFiles: SpeechFiles = { train: 'random', dev: 'random', alignments: ['random'] };

/** Frame classifiers, on Kaldi's data directories and alignments. */
export const speechTask: RunTask<'speech'> = {
  task: speech,
  flags: [...speechFlagNames, 'frames'],
  needs: speechNeeds,
  timeFlags: { train: '--set data.maxFrames=', bench: '--frames ' },
  // Without a normalizer there is none to share.
  withoutNormalization: ['model.directionStatistics=per direction'],
  evaluated: ['valid'],
  columns: [
    ['layers', 'model.layers'],
    ['units', 'model.units'],
    ['batch', 'data.batch'],
    ['frames', 'data.maxFrames'],
    ['optimizer', 'optimizer.kind'],
    ['rate', 'optimizer.learningRate'],
    ['epochs', 'schedule.epochs'],
  ],

  paperModel: (settings) => speech.modelSpec(settings, wsj),

  benchTime: (_settings, { frames = defaultFrames }) => frames,

  draft(request, flags, stored) {
    const before = stored !== undefined && isOf(speech, stored) ? stored.data : undefined;
    const data = speechFiles(flags, before);
    const overrides = [...transformOverrides(flags), ...(request.overrides ?? [])];
    return resolveRun(speech, { ...request, overrides, data, ofData: ofData(data) });
  },

  async open(io, draft) {
    const { settings, data } = draft;
    const corpus = await openSpeechCorpus(data, { settings, note: (text) => io.note(text) });
    const train = trainingBatches(draft, corpus);
    for (const split of [corpus.train, corpus.dev]) {
      for (const line of badFeatureLines(split.dropped)) io.note(`left out: ${line}`);
    }
    return {
      info: corpus.info,
      lines: speechLines(corpus, settings, train),
      spec: speech.modelSpec(settings, corpus.sizes),
      batches: () => ({ train, valid: evaluationBatches(draft, corpus.alignments, corpus.dev) }),
      leftOut: [
        ...leftOutOf('train', corpus.train, train.tooLong),
        ...leftOutOf('valid', corpus.dev),
      ],
      files: () => ({
        [runFiles.classes]: {
          features: corpus.sizes.features,
          frames: [...classCounts(corpus.alignments, train.utterances)],
        },
      }),
      close: () => corpus.close(),
    };
  },

  split: speechSplit,

  bench(request, flags, facts) {
    const config = completeRun(resolveRun(speech, { ...request, data: randomFiles }), facts);
    const { settings } = config;
    const spec = speechTask.paperModel(settings);
    const time = speechTask.benchTime(settings, flags);
    return { config, subject: benchSubject(config, spec, time, request) };
  },

  parity(_io, request, _data, facts) {
    const draft = resolveRun(speech, { ...request, data: randomFiles });
    const config = completeRun(draft, { ...facts, corpus: randomCorpus });
    const spec = speech.modelSpec(config.settings, paritySizes);
    return Promise.resolve(benchSubject(config, spec, paritySizes.frames, request));
  },
};

/** Speaker statistics are applied by default where the training directory has any. */
function ofData({ train }: SpeechFiles): Changes<'speech'> {
  if (existsSync(join(train, 'cmvn.scp'))) return {};
  const note = 'the data directories have no cmvn.scp';
  return { 'data.cmvn': { value: 'none', source: 'chosen', note } };
}
