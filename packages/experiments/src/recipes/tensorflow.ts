import { chosen, tf } from '../settings/setting';
import type { Recipe } from './recipe';

/** The TensorFlow tutorial's language model, ptb_word_lm.py. */
export const tensorflow: Recipe = {
  name: 'tensorflow',
  title: 'the TensorFlow tutorial (ptb_word_lm.py)',
  shared: {
    'model.cell': tf('lstm'),
    'model.layers': tf(2),
    'model.biases': tf(1),
    'model.peepholes': tf('none'),
    'data.batch': tf(20),
    'data.layout': tf('tensorflow'),
    'data.resetAt': tf('epoch'),
    'optimizer.kind': tf('sgd'),
    'optimizer.learningRate': tf(1),
    'optimizer.clipAt': tf('above'),
    'evaluation.perEpoch': tf(1),
    'evaluation.statistics': chosen('running', 'the source has no batch normalization'),
    'evaluation.average': tf('exp-of-mean'),
  },
  sizes: {
    small: {
      'model.units': tf(200),
      'model.initRange': tf(0.1),
      'model.dropout': tf(0),
      'data.time': tf(20),
      'optimizer.maxGradientNorm': tf(5),
      'schedule.epochs': tf(13),
      'schedule.firstDecayedEpoch': tf(5),
      'schedule.decayEvery': tf(1),
      'schedule.decayFactor': tf(2),
    },
    medium: {
      'model.units': tf(650),
      'model.initRange': tf(0.05),
      'model.dropout': tf(0.5),
      'data.time': tf(35),
      'optimizer.maxGradientNorm': tf(5),
      'schedule.epochs': tf(39),
      'schedule.firstDecayedEpoch': tf(7),
      'schedule.decayEvery': tf(1),
      'schedule.decayFactor': tf(1.25, 'times 0.8'),
    },
    large: {
      'model.units': tf(1500),
      'model.initRange': tf(0.04),
      'model.dropout': tf(0.65),
      'data.time': tf(35),
      'optimizer.maxGradientNorm': tf(10),
      'schedule.epochs': tf(55),
      'schedule.firstDecayedEpoch': tf(15),
      'schedule.decayEvery': tf(1),
      'schedule.decayFactor': tf(1.15),
    },
  },
};
