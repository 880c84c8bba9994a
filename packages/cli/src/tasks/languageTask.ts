import { alone, type Collective } from '@bnrnn/core';
import {
  benchSubject,
  completeRun,
  expectCorpusName,
  isOf,
  loadCorpus,
  resolveRun,
  runBatches,
  tasks,
  trainingPlan,
  type LoadedCorpus,
  type RunDraft,
} from '@bnrnn/experiments';
import { modelFromSpec } from '@bnrnn/recurrent';
import { corpusLines, expectSameCorpus } from '../corpusLines';
import { runFiles } from '../runFolder';
import { corpusFlagNames, corpusOverrides } from './corpusFlags';
import { randomCorpus } from './randomCorpus';
import type { RunData, RunTask } from './runTask';

const { language } = tasks;
const keeps = 'The run keeps its batch and its steps: evaluate a longer split.';

/** Types of the Penn Treebank by words and by characters. */
const ptbTypes = { word: 10_000, character: 50 };

/** Language models, on a corpus by name. */
export const languageTask: RunTask<'language'> = {
  task: language,
  flags: ['data', ...corpusFlagNames, 'vocabulary'],
  needs:
    'A language model needs --data: a folder with the Penn Treebank, "glosses" or "synthetic".',
  timeFlags: { train: '--set data.time=', bench: '--set data.time=' },
  withoutNormalization: [],
  evaluated: ['test', 'valid'],
  columns: [
    ['units', 'model.units'],
    ['dropout', 'model.dropout'],
    ['start', 'model.initializer'],
    ['range', 'model.initRange'],
    ['batch', 'data.batch'],
    ['T', 'data.time'],
    ['norm', 'optimizer.maxGradientNorm'],
    ['epochs', 'schedule.epochs'],
  ],

  paperModel(settings, flags) {
    const classes = flags?.vocabulary ?? ptbTypes[settings['data.level'].value];
    return language.modelSpec(settings, { classes });
  },

  benchTime: (settings) => settings['data.time'].value,

  draft(request, flags, stored) {
    const before = stored !== undefined && isOf(language, stored) ? stored.data : undefined;
    const overrides = [...corpusOverrides(flags), ...(request.overrides ?? [])];
    const data = expectCorpusName(flags.data ?? before);
    return resolveRun(language, { ...request, overrides, data });
  },

  async open(_io, draft, collective) {
    return textData(draft, await loadCorpus(draft.data, draft.settings), collective);
  },

  async split(_io, { settings, corpus, data }, split, flags) {
    const where = flags.data ?? data;
    const found = await loadCorpus(where, settings);
    expectSameCorpus(corpus, found.info, where);
    return {
      lines: corpusLines(found),
      source: runBatches(settings, found, split, { keeps }),
      trainSource: runBatches(settings, found, 'train', { keeps }),
      close: () => Promise.resolve(),
    };
  },

  bench(request, flags, facts) {
    const draft = resolveRun(language, { ...request, data: randomCorpus.name });
    const config = completeRun(draft, facts);
    const { settings } = config;
    const spec = languageTask.paperModel(settings, flags);
    const time = languageTask.benchTime(settings, flags);
    return { config, subject: benchSubject(config, spec, time, request) };
  },

  async parity(io, request, data, facts) {
    const { strategies = [] } = request;
    const draft = resolveRun(language, { ...request, data });
    const opened = await languageTask.open(io, draft);
    const config = completeRun(draft, { ...facts, corpus: opened.info });
    const plan = trainingPlan(config, opened.batches());
    const makeModel = () => modelFromSpec(opened.spec, { seed: draft.seed, strategies });
    return { makeModel, plan, source: plan.data.train };
  },
};

/**
 * The data of a language model's run on a corpus that is loaded already.
 *
 * @param ranks  one of several keeps its own streams of both splits, and nothing of the corpus.
 */
export function textData(
  { settings }: Pick<RunDraft<'language'>, 'settings'>,
  corpus: LoadedCorpus,
  ranks: Pick<Collective, 'rank' | 'size'> = alone,
): RunData {
  const { vocabulary, info } = corpus;
  return {
    info,
    lines: corpusLines(corpus),
    spec: language.modelSpec(settings, { classes: vocabulary.size }),
    batches:
      ranks.size === 1
        ? laterBatches(settings, corpus)
        : given(bothSplits(settings, corpus, { ranks })),
    leftOut: [],
    files: () => ({ [runFiles.vocabulary]: vocabulary.toJSON() }),
    close: () => Promise.resolve(),
  };
}

type Cut = Parameters<typeof runBatches>;

function bothSplits(settings: Cut[0], corpus: Cut[1], options: Cut[3] = {}) {
  return {
    train: runBatches(settings, corpus, 'train', options),
    valid: runBatches(settings, corpus, 'valid', options),
  };
}

/** A function in a scope of its own: one in a scope that knows the corpus would keep it alive. */
function given<Value>(value: Value): () => Value {
  return () => value;
}

function laterBatches(settings: Cut[0], corpus: Cut[1]): RunData['batches'] {
  return () => bothSplits(settings, corpus);
}
