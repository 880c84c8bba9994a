import { chosen, recalled } from '../settings/setting';
import { vary, type LanguagePreset } from './preset';

const study = 'the code of Chiley et al. 2019, ptb_main.py';
const unlike = 'there is no decay of the rate in the study';

/** Windows of the study are 2 to 128 steps long, any length as probable: 65 on the mean. */
const window = 65;

/** A rate for the mean over a window, as a rate for the sum that is trained on here. */
const perStep = (rate: number) =>
  recalled(
    Number((rate / window).toPrecision(4)),
    `${rate} for a mean over ${window} steps; ${study}`,
  );

/**
 * The baseline of the Online Normalization study: one layer on Penn Treebank. The study draws the length of each
 * window and decays weights by 1e-6; these are not done here.
 */
export const ptbChiley: LanguagePreset = {
  name: 'ptb-chiley',
  title: 'one layer of 200, the Online Normalization study',
  task: 'language',
  size: 'small',
  changes: {
    'model.layers': recalled(1, study),
    'model.units': recalled(200, study),
    'model.biases': recalled(2, "PyTorch's LSTM"),
    'model.initializer': recalled('uniform', "PyTorch's LSTM"),
    'model.initRange': recalled(0.0707, "PyTorch's LSTM: 1/√200"),
    'model.embeddingDeviation': chosen(0.0577, `as wide as the uniform ±0.1 of ${study}`),
    'model.tied': recalled(true, study),
    'model.dropout': recalled(0, study),

    'data.batch': recalled(20, study),
    'data.time': chosen(window, `the mean of the random lengths of ${study}`),
    'data.layout': recalled('tensorflow', study),
    'data.resetAt': recalled('epoch', study),

    'optimizer.kind': recalled('sgd', study),
    'optimizer.learningRate': perStep(3.5),
    'optimizer.maxGradientNorm': recalled(0, `no clipping in ${study}`),

    'schedule.epochs': recalled(25, study),
    'schedule.firstDecayedEpoch': chosen(2, unlike),
    'schedule.decayEvery': chosen(1, unlike),
    'schedule.decayFactor': recalled(1, study),

    'normalization.gain': recalled(1, study),
    'normalization.epsilon': recalled(1e-5, study),
    'normalization.epsilonRule': chosen('variance', 'as PyTorch has it'),

    'evaluation.perEpoch': recalled(1, study),
    'evaluation.statistics': chosen('running', 'the study has no batch normalization'),
    'evaluation.average': recalled('mean-of-batches', study),
  },
};

/** Layer normalization of the sum W·x + U·h, each gate apart. */
export const ptbChileyLayer = vary(ptbChiley, {
  name: 'ptb-chiley-layer',
  title: 'one layer of 200, layer normalization of the sum',
  changes: {
    'model.normalize.preActivation': recalled('layer', study),
    'optimizer.learningRate': perStep(3.25),
  },
});

/** Online normalization of the sum W·x + U·h, each gate apart. */
export const ptbChileyOnline = vary(ptbChiley, {
  name: 'ptb-chiley-online',
  title: 'one layer of 200, online normalization of the sum',
  changes: {
    'model.normalize.preActivation': recalled('online', study),
    'normalization.online.forwardDecay': recalled(0.9998779296875, study),
    'normalization.online.backwardDecay': recalled(0.96875, study),
    'normalization.online.layerScaling': recalled(true, study),
    'optimizer.learningRate': perStep(6.5),
  },
});

/** The paper's frame-wise batch normalization of W·x beside them; the study has none. */
export const ptbChileyBn = vary(ptbChiley, {
  name: 'ptb-chiley-bn',
  title: 'one layer of 200, BN on W·x',
  changes: {
    'model.normalize.inputToHidden': chosen(
      'frame',
      "the paper's placement, at the baseline's rate",
    ),
  },
});
