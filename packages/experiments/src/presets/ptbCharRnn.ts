import { chosen, figure } from '../settings/setting';
import { vary, type LanguagePreset } from './preset';

const unknown = 'not published';
const drawn = 'the middle of the range that was searched';

/**
 * The baseline of the paper's experiment on the hidden-to-hidden transition: Penn Treebank by
 * characters, three vanilla layers. Rate, momentum and batch were searched at random in the paper.
 */
export const ptbCharRnn: LanguagePreset = {
  name: 'ptb-char-rnn',
  title: 'character RNN, three vanilla layers',
  task: 'language',
  size: 'small',
  changes: {
    'model.cell': figure('rnn'),
    'model.layers': figure(3),
    'model.units': figure(250, 'the lookup table is as wide'),
    'model.biases': chosen(1, unknown),
    'model.initializer': figure('glorot'),
    'model.embeddingDeviation': figure(1, 'a unit Gaussian'),
    'model.dropout': chosen(0, unknown),

    'data.level': figure('character'),
    'data.batch': figure(64, drawn),
    'data.time': chosen(50, unknown),
    'data.resetAt': chosen('epoch', unknown),

    'optimizer.kind': figure('momentum'),
    'optimizer.learningRate': chosen(
      0.001,
      'of the range that was searched; at its middle, 0.01, the baseline diverges in 20 steps here',
    ),
    'optimizer.momentum': figure(0.9, drawn),
    'optimizer.maxGradientNorm': chosen(0, `clipping is ${unknown}`),

    'schedule.epochs': figure(20),
    'schedule.firstDecayedEpoch': chosen(2, 'used where the factor is not 1'),
    'schedule.decayEvery': chosen(1, 'used where the factor is not 1'),
    'schedule.decayFactor': chosen(1, `a schedule is ${unknown}`),

    'normalization.epsilon': chosen(1e-5, unknown),
    'normalization.epsilonRule': chosen('variance', unknown),
    'normalization.perStep': figure(true, 'statistics of each time step, gain and shift shared'),

    'evaluation.perEpoch': chosen(1, unknown),
    'evaluation.statistics': figure('running', 'those kept for each time step'),
    'evaluation.average': chosen('exp-of-mean', unknown),
  },
};

/** The paper's negative result as the paper ran it: the sum W·x + U·h is normalized. */
export const ptbCharRnnBn = vary(ptbCharRnn, {
  name: 'ptb-char-rnn-bn',
  title: 'character RNN, BN on the sum W·x + U·h',
  changes: { 'model.normalize.preActivation': figure('frame') },
});
