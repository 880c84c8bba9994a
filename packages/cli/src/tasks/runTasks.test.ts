import { completeRun, resolveRun, tasks } from '@bnrnn/experiments';
import { expect, it } from 'vitest';
import { randomCorpus } from './randomCorpus';
import { expectTask, refuseOtherFlags, runTasks } from './runTasks';

const { language, speech } = runTasks;

it('refuses a flag of another task in its words, and takes its own', () => {
  expect(() => refuseOtherFlags(language, { symbols: 's' })).toThrow(
    expect.objectContaining({
      message: '--symbols is a flag of frame classifiers, and the preset is a language model.',
      hint: language.needs,
    }),
  );
  expect(() => refuseOtherFlags(speech, { minCount: 3 })).toThrow(
    '--min-count is a flag of language models, and the preset is a frame classifier.',
  );
  expect(() => refuseOtherFlags(speech, { vocabulary: 3 })).toThrow('--vocabulary is a flag of');
  refuseOtherFlags(speech, { train: 'a', frames: 3 });
  refuseOtherFlags(language, { data: 'glosses', vocabulary: 3 });
});

it('takes a run of the wanted task alone', () => {
  const config = completeRun(resolveRun(tasks.language, { preset: 'ptb-small', data: 'text' }), {
    ...{ backend: 'cpu', corpus: randomCorpus },
  });
  expect(expectTask(tasks.language, config, 'runs/a')).toBe(config);
  expect(() => expectTask(tasks.speech, config, 'runs/a', 'Try another.')).toThrow(
    expect.objectContaining({
      message: 'The run runs/a is of a language model, expected a frame classifier.',
      hint: 'Try another.',
    }),
  );
});
