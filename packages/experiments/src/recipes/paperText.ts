import { chosen, code, recalled, text } from '../settings/setting';
import { authorsNormalization } from './authorsCode';
import type { LanguageRecipe } from './recipe';

const swapped = 'small and large look swapped in the text';

/** The paper's text, arXiv 1510.01378; what it leaves out is taken from the authors' code. */
export const paperText: LanguageRecipe = {
  name: 'paper-text',
  title: "the paper's text (arXiv 1510.01378)",
  shared: {
    'model.cell': text('lstm'),
    'model.layers': text(2),
    'model.biases': text(1),
    'model.initializer': text('uniform'),
    'model.embeddingDeviation': text(0, 'as every other parameter'),
    'model.tied': text(false),
    'model.peepholes': chosen(
      'none',
      "the text, as recalled, lets the output gate see the cell; the authors' code has no peepholes",
    ),
    'data.batch': recalled(32, 'of the final text; the draft has 20'),
    'data.layout': code('authors', 'not in the text'),
    'data.resetAt': text('epoch', 'carried, zero at the start of an epoch'),
    'optimizer.kind': text('sgd'),
    'optimizer.learningRate': text(1),
    'optimizer.clipAt': code('at or above', 'not in the text'),
    'evaluation.perEpoch': chosen(1, 'not in the text'),
    'evaluation.statistics': text('recalibrated', 'population statistics'),
    'evaluation.average': chosen('exp-of-mean', 'the text does not define its perplexity'),
  },
  sizes: {
    small: {
      'model.units': text(200),
      'model.initRange': text(0.1),
      'model.dropout': text(0),
      'data.time': text(20),
      'optimizer.maxGradientNorm': text(10, swapped),
      'schedule.epochs': text(15),
      'schedule.firstDecayedEpoch': text(7, 'after the 6th'),
      'schedule.decayEvery': text(1),
      'schedule.decayFactor': text(2),
    },
    medium: {
      'model.units': text(650),
      'model.initRange': text(0.05),
      'model.dropout': text(0.5),
      'data.time': text(35),
      'optimizer.maxGradientNorm': text(5),
      'schedule.epochs': recalled(40),
      'schedule.firstDecayedEpoch': recalled(7, 'after the 6th'),
      'schedule.decayEvery': text(1),
      'schedule.decayFactor': recalled(1.2),
    },
    large: {
      'model.units': text(1500),
      'model.initRange': text(0.04),
      'model.dropout': code(0.65, 'not in the text'),
      'data.time': text(35),
      'optimizer.maxGradientNorm': text(5, swapped),
      'schedule.epochs': text(55),
      'schedule.firstDecayedEpoch': text(16, 'after the 15th'),
      'schedule.decayEvery': text(1),
      'schedule.decayFactor': text(1.15),
    },
  },
  normalization: {
    ...authorsNormalization,
    'normalization.gain': code(1, 'not in the text'),
    'normalization.epsilon': code(1e-6, 'not in the text'),
    'normalization.epsilonRule': code('double', 'not in the text'),
  },
};
