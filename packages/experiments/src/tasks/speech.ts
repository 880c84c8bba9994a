import { frameClassifierSpec } from '../build/modelSpec';
import { refuseImpossibleSpeech } from './refuseImpossible';
import { paperTextSpeech } from '../recipes/paperTextSpeech';
import { timit } from '../recipes/timit';
import { chosen } from '../settings/setting';
import { beforeInBoth, start } from './start';
import type { Task } from './task';

/** To classify the frames of utterances: table 1. The authors' code has no recipe for it. */
export const speech: Task<'speech'> = {
  name: 'speech',
  model: 'frame classifier',
  recipes: [paperTextSpeech, timit],
  settings: ({ settings }) => ({
    ...settings,
    ...start,
    'checkpoints.everySteps': chosen(50),
  }),
  before: beforeInBoth,
  refuse: refuseImpossibleSpeech,
  unitOf: () => 'frame',
  modelSpec: frameClassifierSpec,
};
