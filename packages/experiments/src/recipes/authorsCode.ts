import { chosen, code } from '../settings/setting';
import type { SettingsOf } from '../settings/settings';
import type { LanguageRecipe, NormalizationPath } from './recipe';

/** Batch normalization as the authors' code has it: epsilon twice, gain 1, biases removed. */
export const authorsNormalization: SettingsOf<NormalizationPath> = {
  'normalization.gain': code(1),
  'normalization.epsilon': code(1e-6),
  'normalization.epsilonRule': code('double', 'inside the root and again beside it'),
  'normalization.decay': chosen(
    0.9,
    'the code keeps 0.1 of the old deviation and never applies it',
  ),
  'normalization.perStep': chosen(
    false,
    'the state is carried, so a position in the window has no meaning of its own',
  ),
  'normalization.groups': chosen(0, 'one block a gate, as the code normalizes each gate apart'),
};

/** The authors' public code for Penn Treebank, GabrielPereyra/norm-rnn. */
export const authorsCode: LanguageRecipe = {
  name: 'authors-code',
  title: "the authors' public code (norm-rnn, 2015)",
  shared: {
    'model.cell': code('lstm'),
    'model.layers': code(2),
    'model.biases': code(1),
    'model.initializer': code('uniform'),
    'model.embeddingDeviation': code(0, 'as every other parameter'),
    'model.tied': code(false),
    'model.peepholes': code('none'),
    'data.batch': code(32),
    'data.layout': code('authors'),
    'data.resetAt': code('half-epoch', 'an epoch is two halves'),
    'optimizer.kind': code('sgd'),
    'optimizer.learningRate': code(1),
    'optimizer.clipAt': code('at or above'),
    'evaluation.perEpoch': code(2, 'a validation after each half'),
    'evaluation.statistics': code('batch', 'those of the evaluation batch'),
    'evaluation.average': code('mean-of-batches'),
  },
  sizes: {
    small: {
      'model.units': code(200),
      'model.initRange': code(0.1),
      'model.dropout': code(0),
      'data.time': code(20),
      'optimizer.maxGradientNorm': code(5),
      'schedule.epochs': code(5),
      'schedule.firstDecayedEpoch': code(5),
      'schedule.decayEvery': code(4),
      'schedule.decayFactor': code(2),
    },
    medium: {
      'model.units': code(650),
      'model.initRange': code(0.05),
      'model.dropout': code(0.5),
      'data.time': code(35),
      'optimizer.maxGradientNorm': code(5),
      'schedule.epochs': code(39),
      'schedule.firstDecayedEpoch': code(7),
      'schedule.decayEvery': code(1),
      'schedule.decayFactor': code(1.2),
    },
    large: {
      'model.units': code(1500),
      'model.initRange': code(0.04),
      'model.dropout': code(0.65),
      'data.time': code(35),
      'optimizer.maxGradientNorm': code(10),
      'schedule.epochs': code(55),
      'schedule.firstDecayedEpoch': code(15),
      'schedule.decayEvery': code(1),
      'schedule.decayFactor': code(1.15),
    },
  },
  normalization: authorsNormalization,
};
