import { chosen } from '../settings/setting';
import { vary } from './preset';
import { ptbSmall } from './ptbSmall';

/** A vanilla tanh network with everything else as in the small LSTM. */
export const ptbSmallRnn = vary(ptbSmall, {
  name: 'ptb-small-rnn',
  title: 'small vanilla RNN',
  changes: { 'model.cell': chosen('rnn', "the small LSTM's recipe with a tanh cell") },
});

/** The vanilla network with batch normalization of W·x, frame-wise. */
export const ptbSmallRnnBn = vary(ptbSmallRnn, {
  name: 'ptb-small-rnn-bn',
  title: 'small vanilla RNN, BN on W·x',
  changes: { 'model.normalize.inputToHidden': chosen('frame', "the paper's placement") },
});
