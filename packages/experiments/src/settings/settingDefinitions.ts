import { stateResets, streamLayouts, textLevels } from '@bnrnn/data-ptb';
import {
  boolean,
  choice,
  count,
  language,
  number,
  placement,
  share,
  speech,
  text,
  type SettingDefinition,
  type TaskName,
} from './definition';
import { strategySettings } from './strategySettings';

/** Every setting of a run, by path: what `--set path=value` accepts. */
export const settingDefinitions = {
  'model.cell': choice('the recurrent cell', ['lstm', 'rnn', 'gru']),
  'model.layers': count('recurrent layers'),
  'model.units': count('units of each layer and direction, and the width of an embedding'),
  'model.biases': number('bias vectors of a cell', { integer: true, min: 1, max: 2 }),
  'model.peepholes': choice('the LSTM gates that see the cell', ['none', 'output', 'all']),
  'model.initializer': choice(
    'how parameters start: all uniform, or matrices glorot or orthogonal and biases 0',
    ['uniform', 'glorot', 'orthogonal'],
  ),
  'model.initRange': number('parameters that start uniform start in ±this', { above: 0 }),
  'model.embeddingDeviation': language(
    number('deviation of the Gaussian that the embedding starts from; 0: as other matrices', {
      min: 0,
    }),
  ),
  'model.tied': language(
    boolean('the softmax has the embedding for its weights, transposed, and none of its own'),
  ),
  'model.dropout': language(share('dropped share of non-recurrent connections')),
  'model.merge': speech(choice('how both directions become one output', ['concat', 'sum'])),
  'model.directionStatistics': speech(
    choice('whether both directions share one normalizer on W·x', ['per direction', 'shared']),
  ),

  'model.normalize.inputToHidden': placement('normalization of W·x'),
  'model.normalize.hiddenToHidden': placement('normalization of U·h'),
  'model.normalize.preActivation': placement('normalization of the sum W·x + U·h'),
  'model.normalize.cell': placement('normalization of the LSTM cell on its way to the output'),
  'model.normalize.hiddenToOutput': placement(
    'normalization of h on its way up, to the next layer or the softmax; not of the recurrence',
  ),
  'model.normalize.embedding': language(placement("normalization of the embedding's output")),

  'normalization.gain': number('the gain at the start', { above: 0 }),
  'normalization.epsilon': number('added to the variance', { above: 0 }),
  'normalization.epsilonRule': choice('epsilon once (variance) or twice (double)', [
    'variance',
    'double',
  ]),
  'normalization.decay': share('share of the old value in the running statistics'),
  'normalization.perStep': boolean('running statistics of each time step apart'),
  'normalization.groups': count(
    'blocks of the features that are normalized apart; 0: one a gate',
    0,
  ),
  ...strategySettings,

  'data.level': language(choice('what a token of the text is', textLevels)),
  'data.split': language(
    text(
      'files: train, valid and test are files; or the shares by which one text is cut',
      /^(files|(\d+(\.\d+)?)(,\d+(\.\d+)?){2})$/,
      'files, or three shares of one text such as 90,5,5',
    ),
  ),
  'data.vocabularySize': language(
    count('types to keep, <unk> and <eos> among them; 0: as many as the corpus has', 0),
  ),
  'data.minCount': language(
    count('times that a type must occur in train to be kept; others are <unk>; 0: no limit', 0),
  ),
  'data.trainShare': number(
    'share of the training data that is trained on: the first tokens, or utterances drawn by their names',
    { above: 0, max: 1 },
  ),
  'data.batch': count('token streams or utterances side by side'),
  'data.time': language(count('steps of truncated back-propagation')),
  'data.layout': language(choice('how the corpus is cut into streams', streamLayouts)),
  'data.resetAt': language(choice('where the carried state starts afresh from zero', stateResets)),
  'data.maxFrames': speech(count('longer training utterances are left out; 0: none', 0)),
  'data.poolBatches': speech(
    count('batches whose utterances are sorted by length together after the shuffle; 1: unsorted'),
  ),
  'data.cmvn': speech(
    choice('what the statistics of cmvn.scp normalize, a speaker at a time', [
      'none',
      'mean',
      'mean-variance',
    ]),
  ),
  'data.deltas': speech(
    number('orders of time differences behind the features', { integer: true, min: 0, max: 4 }),
  ),

  'optimizer.kind': choice('the update rule', ['sgd', 'momentum', 'adam']),
  'optimizer.learningRate': number('the rate of the first epoch', { above: 0 }),
  'optimizer.momentum': share('share of the last update in the next, for momentum'),
  'optimizer.beta1': share("decay of Adam's mean gradient"),
  'optimizer.beta2': share("decay of Adam's mean squared gradient"),
  'optimizer.epsilon': number("added to the root in Adam's update", { above: 0 }),
  'optimizer.maxGradientNorm': number(
    'gradients above this global L2 norm are rescaled; 0: none is',
    { min: 0 },
  ),
  'optimizer.clipAt': choice('whether a norm equal to the threshold is rescaled too', [
    'above',
    'at or above',
  ]),

  'schedule.epochs': count('passes over the training data'),
  'schedule.firstDecayedEpoch': count('the first epoch at a lower rate, counted from 1'),
  'schedule.decayEvery': count('epochs between two decays'),
  'schedule.decayFactor': number('what the rate is divided by at each decay', { min: 1 }),
  'schedule.maxSteps': count('stop after this many steps; 0: after the last epoch', 0),

  'checkpoints.everySteps': count('steps between two checkpoints, besides the end of each epoch'),

  'evaluation.perEpoch': count('validations in an epoch'),
  'evaluation.maxBatches': count('batches of an evaluation; 0: the whole split', 0),
  'evaluation.trainBatches': speech(
    count('training batches that each validation evaluates too; 0: none', 0),
  ),
  'evaluation.recalibrationBatches': count(
    'training batches that recalibrated statistics average; 0: the whole epoch',
    0,
  ),
  'evaluation.statistics': choice('the statistics of normalized layers in a validation', [
    'batch',
    'running',
    'recalibrated',
  ]),
  'evaluation.average': language(
    choice('the perplexity this source reports', ['exp-of-mean', 'mean-of-batches']),
  ),
} as const satisfies Record<string, SettingDefinition>;

type Definitions = typeof settingDefinitions;

export type SettingPath = keyof Definitions;

/** The settings of one task, by path. */
export type PathOf<Of extends TaskName> = {
  [Path in SettingPath]: Definitions[Path] extends { task: infer Only }
    ? Only extends Of
      ? Path
      : never
    : Path;
}[SettingPath];

const definitions: Readonly<Record<SettingPath, SettingDefinition>> = settingDefinitions;

/** Every path, in the order in which settings are listed. */
export const settingPaths = Object.keys(settingDefinitions) as SettingPath[];

/** The paths of one task, in the same order. */
export function settingPathsOf<Of extends TaskName>(task: Of): readonly PathOf<Of>[] {
  const own = settingPaths.filter((path) => (definitions[path].task ?? task) === task);
  return own as PathOf<Of>[];
}
