import { chosen, figure, recalled, text } from '../settings/setting';
import type { SpeechRecipe } from './recipe';

const unknown = 'not in the text';

/** The paper's frame classifiers on WSJ, arXiv 1510.01378; what it leaves out is our choice. */
export const paperTextSpeech: SpeechRecipe = {
  name: 'paper-text',
  title: "the paper's text (arXiv 1510.01378)",
  settings: {
    'model.cell': text('lstm'),
    'model.layers': figure(5),
    'model.units': figure(250, 'in each direction'),
    'model.biases': chosen(1, unknown),
    'model.peepholes': chosen('none', unknown),
    'model.initializer': text('glorot'),
    'model.initRange': chosen(0.1, 'used by uniform alone'),
    'model.merge': chosen('concat', unknown),
    'model.directionStatistics': chosen('per direction', unknown),

    'normalization.gain': chosen(1, unknown),
    'normalization.epsilon': chosen(1e-5, unknown),
    'normalization.epsilonRule': chosen('variance', unknown),
    'normalization.decay': chosen(0.9, unknown),
    'normalization.perStep': chosen(false, 'statistics of the whole sequence have no steps'),
    'normalization.groups': chosen(0, 'one block a gate'),

    'data.batch': figure(24),
    'data.maxFrames': recalled(1300),
    'data.poolBatches': chosen(20, 'the order is not in the text: shuffled, bucketed by length'),
    'data.cmvn': chosen(
      'mean-variance',
      `${unknown}; Glorot weights assume inputs of unit variance`,
    ),
    'data.deltas': recalled(2, '23 filterbanks with deltas and delta-deltas are 69 values'),

    'optimizer.kind': text('momentum'),
    'optimizer.learningRate': figure(1e-4),
    'optimizer.maxGradientNorm': chosen(0, `clipping is ${unknown}`),
    'optimizer.clipAt': chosen('above', 'used where a threshold is set'),

    'schedule.epochs': chosen(20, unknown),
    'schedule.firstDecayedEpoch': chosen(2, 'used where the factor is not 1'),
    'schedule.decayEvery': chosen(1, 'used where the factor is not 1'),
    'schedule.decayFactor': chosen(1, 'the rate stays; a schedule is not in the text'),

    'evaluation.perEpoch': chosen(1, unknown),
    'evaluation.statistics': chosen('running', unknown),
    'evaluation.trainBatches': chosen(20, 'a fixed sample, for the curve of the training error'),
  },
};
