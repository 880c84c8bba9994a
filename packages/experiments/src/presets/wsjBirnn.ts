import { text } from '../settings/setting';
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
