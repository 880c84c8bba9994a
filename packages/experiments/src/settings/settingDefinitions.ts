import type { NumberBounds } from '@bnrnn/core';
import { stateResets, streamLayouts } from '@bnrnn/data-ptb';

/** What a setting may hold, and what it means. */
export type SettingDefinition =
  | { readonly kind: 'number'; readonly bounds: NumberBounds; readonly meaning: string }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly meaning: string }
  | { readonly kind: 'boolean'; readonly meaning: string };

/** How one placement of a cell may be normalized. */
export const normalizationChoices = ['none', 'frame', 'sequence', 'layer'] as const;
export type NormalizationChoice = (typeof normalizationChoices)[number];

const number = <const Bounds extends NumberBounds>(meaning: string, bounds: Bounds) =>
  ({ kind: 'number', bounds, meaning }) as const;
const count = (meaning: string, min = 1) => number(meaning, { integer: true, min });
const choice = <const Choices extends readonly string[]>(meaning: string, choices: Choices) =>
  ({ kind: 'choice', choices, meaning }) as const;
const boolean = (meaning: string) => ({ kind: 'boolean', meaning }) as const;
const placement = (meaning: string) => choice(meaning, normalizationChoices);

/** Every setting of a language-model run, by path: what `--set path=value` accepts. */
export const settingDefinitions = {
  'model.cell': choice('the recurrent cell', ['lstm', 'rnn', 'gru']),
  'model.layers': count('recurrent layers'),
  'model.units': count('units of each layer, and the width of the embedding'),
  'model.biases': number('bias vectors of a cell', { integer: true, min: 1, max: 2 }),
  'model.peepholes': choice('the LSTM gates that see the cell', ['none', 'output', 'all']),
  'model.initRange': number('every parameter starts uniform in ±this', { above: 0 }),
  'model.dropout': number('dropped share of non-recurrent connections', { min: 0, below: 1 }),

  'model.normalize.inputToHidden': placement('normalization of W·x'),
  'model.normalize.hiddenToHidden': placement('normalization of U·h'),
  'model.normalize.preActivation': placement('normalization of the sum W·x + U·h'),
  'model.normalize.cell': placement('normalization of the LSTM cell on its way to the output'),

  'normalization.gain': number('the gain at the start', { above: 0 }),
  'normalization.epsilon': number('added to the variance', { above: 0 }),
  'normalization.epsilonRule': choice('epsilon once (variance) or twice (double)', [
    'variance',
    'double',
  ]),
  'normalization.decay': number('share of the old value in the running statistics', {
    min: 0,
    below: 1,
  }),
  'normalization.perStep': boolean('running statistics of each time step apart'),
  'normalization.groups': count(
    'blocks that layer normalization standardizes apart; 0: one a gate',
    0,
  ),

  'data.batch': count('token streams read side by side'),
  'data.time': count('steps of truncated back-propagation'),
  'data.layout': choice('how the corpus is cut into streams', streamLayouts),
  'data.resetAt': choice('where the carried state starts afresh from zero', stateResets),

  'optimizer.learningRate': number('the rate of the first epoch', { above: 0 }),
  'optimizer.maxGradientNorm': number('gradients above this global L2 norm are rescaled', {
    above: 0,
  }),

  'optimizer.clipAt': choice('whether a norm equal to the threshold is rescaled too', [
    'above',
    'at or above',
  ]),

  'schedule.epochs': count('passes over the training tokens'),
  'schedule.firstDecayedEpoch': count('the first epoch at a lower rate, counted from 1'),
  'schedule.decayEvery': count('epochs between two decays'),
  'schedule.decayFactor': number('what the rate is divided by at each decay', { min: 1 }),
  'schedule.maxSteps': count('stop after this many steps; 0: after the last epoch', 0),

  'checkpoints.everySteps': count('steps between two checkpoints, besides the end of each epoch'),

  'evaluation.perEpoch': count('validations in an epoch'),
  'evaluation.maxBatches': count('batches of an evaluation; 0: the whole split', 0),
  'evaluation.recalibrationBatches': count(
    'training batches that recalibrated statistics average; 0: the whole epoch',
    0,
  ),
  'evaluation.statistics': choice('the statistics of normalized layers in a validation', [
    'batch',
    'running',
    'recalibrated',
  ]),
  'evaluation.average': choice('the perplexity this source reports', [
    'exp-of-mean',
    'mean-of-batches',
  ]),
} as const satisfies Record<string, SettingDefinition>;

export type SettingPath = keyof typeof settingDefinitions;
export const settingPaths = Object.keys(settingDefinitions) as SettingPath[];
