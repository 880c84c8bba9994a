import { chosen, text } from '../settings/setting';
import { vary, type SpeechPreset } from './preset';

/** Table 1, bidirectional LSTM network. */
export const wsjBirnn: SpeechPreset = {
  name: 'wsj-birnn',
  title: 'BiRNN',
  task: 'speech',
  changes: {},
};

/** Table 1, bidirectional LSTM network with batch normalization of W·x, sequence-wise. */
export const wsjBirnnBn = vary(wsjBirnn, {
  name: 'wsj-birnn-bn',
  title: 'BiRNN, BN on W·x',
  changes: { 'model.normalize.inputToHidden': text('sequence') },
});

/** The same network with whitening of W·x, sequence-wise: what the paper names as future work. */
export const wsjBirnnWhiten = vary(wsjBirnn, {
  name: 'wsj-birnn-whiten',
  title: 'BiRNN, whitening of W·x',
  changes: {
    'model.normalize.inputToHidden': chosen('whiten-sequence', "the paper's placement"),
    'normalization.whiten.groupSize': chosen(8, 'as ptb-small-whiten; it divides the 1,000 of W·x'),
    'normalization.whiten.method': chosen('cholesky', 'the least arithmetic of the three methods'),
  },
});
