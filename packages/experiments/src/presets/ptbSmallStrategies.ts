import { chosen, recalled } from '../settings/setting';
import { vary } from './preset';
import { ptbSmall } from './ptbSmall';

const placement = "the paper's placement";

const zhang = 'Zhang and Sennrich 2019, arXiv 1910.07467';

/** RMSNorm of W·x: layer normalization without the mean. */
export const ptbSmallRms = vary(ptbSmall, {
  name: 'ptb-small-rms',
  title: 'small LSTM, RMSNorm of W·x',
  changes: {
    'model.normalize.inputToHidden': chosen('rms', placement),
    'normalization.epsilon': chosen(1e-5, 'as layer normalization here'),
    'normalization.gain': recalled(1, zhang),
  },
});

const ioffe = 'Ioffe 2017, arXiv 1702.03275, section 4';
const tenth = `a tenth of ${ioffe}: a run of 5 epochs has some 7,260 updates`;

/** Batch renormalization of W·x. */
export const ptbSmallRenorm = vary(ptbSmall, {
  name: 'ptb-small-renorm',
  title: 'small LSTM, batch renormalization of W·x',
  changes: {
    'model.normalize.inputToHidden': chosen('renorm', placement),
    'normalization.decay': recalled(0.99, ioffe),
    'normalization.renorm.plainUpdates': chosen(500, tenth),
    'normalization.renorm.rRise': chosen(3500, tenth),
    'normalization.renorm.dRise': chosen(2000, tenth),
  },
});

const salimans = 'Salimans and Kingma 2016, arXiv 1602.07868, section 2';

/** Weight normalization of W. */
export const ptbSmallWeight = vary(ptbSmall, {
  name: 'ptb-small-weight',
  title: 'small LSTM, weight normalization of W',
  changes: {
    'model.normalize.inputToHidden': recalled('weight', `${salimans}; ${placement} alone`),
  },
});

const huang = 'Huang et al. 2019, IterNorm, arXiv 1904.03441';

/** Whitening of W·x in groups of features, frame-wise: what the paper names as future work. */
export const ptbSmallWhiten = vary(ptbSmall, {
  name: 'ptb-small-whiten',
  title: 'small LSTM, whitening of W·x',
  changes: {
    'model.normalize.inputToHidden': chosen('whiten', placement),
    'normalization.epsilon': recalled(1e-5, huang),
    'normalization.whiten.groupSize': chosen(8, 'a batch of 32 rows; it divides the 200 of a gate'),
    'normalization.whiten.method': chosen('cholesky', 'the least arithmetic of the three methods'),
  },
});

const chiley = 'Chiley et al. 2019, arXiv 1905.05894, its LSTM';

/** Online normalization of W·x, each gate scaled apart. */
export const ptbSmallOnline = vary(ptbSmall, {
  name: 'ptb-small-online',
  title: 'small LSTM, online normalization of W·x',
  changes: {
    'model.normalize.inputToHidden': chosen('online', placement),
    'normalization.epsilon': chosen(1e-5, 'as layer normalization here'),
    'normalization.online.forwardDecay': recalled(0.9998779296875, chiley),
    'normalization.online.backwardDecay': recalled(0.96875, chiley),
    'normalization.online.layerScaling': recalled(true, chiley),
  },
});

const desjardins = 'Desjardins et al. 2015, arXiv 1507.00210';

/** Whitening of the input of W by statistics of the past, which keeps the function at each estimate. */
export const ptbSmallNatural = vary(ptbSmall, {
  name: 'ptb-small-natural',
  title: 'small LSTM, whitened input of W',
  changes: {
    'model.normalize.inputToHidden': recalled('natural', `${desjardins}; ${placement} alone`),
    'normalization.natural.every': chosen(100, `${desjardins} shares an estimate among hundreds`),
    'normalization.natural.sampleEvery': chosen(10, 'ten mini-batches make an estimate'),
    'normalization.natural.damping': chosen(
      0.1,
      'searched: the least training loss of 0.01, 0.03, 0.1, 0.3 and 1 after 400 steps on glosses',
    ),
  },
});
