import { chosen, recalled } from '../settings/setting';
import { vary } from './preset';
import { ptbSmall } from './ptbSmall';

const cooijmans = 'Cooijmans et al., arXiv 1603.09025';

/** Recurrent batch normalization: W·x, U·h and the cell, gain 0.1, statistics of each time step. */
export const ptbSmallCooijmans = vary(ptbSmall, {
  name: 'ptb-small-cooijmans',
  title: 'small LSTM, recurrent batch normalization',
  changes: {
    'model.normalize.inputToHidden': recalled('frame', cooijmans),
    'model.normalize.hiddenToHidden': recalled('frame', cooijmans),
    'model.normalize.cell': recalled('frame', cooijmans),
    'normalization.gain': recalled(0.1, cooijmans),
    'normalization.epsilon': recalled(1e-5, cooijmans),
    'normalization.epsilonRule': recalled('variance', cooijmans),
    'normalization.perStep': recalled(true, cooijmans),
  },
});

/** Layer normalization of W·x: the paper's placement, with no statistics over the batch. */
export const ptbSmallLayer = vary(ptbSmall, {
  name: 'ptb-small-layer',
  title: 'small LSTM, layer normalization of W·x',
  changes: {
    'model.normalize.inputToHidden': chosen('layer', "the paper's placement"),
    'normalization.epsilon': chosen(1e-5, 'usual for layer normalization'),
    'normalization.epsilonRule': chosen('variance', 'usual for layer normalization'),
  },
});
