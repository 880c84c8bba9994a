import { chosen, text } from '../settings/setting';
import { vary } from './preset';
import { wsjBirnn } from './wsjBirnn';

/** The paper's five layers, narrow: a model whose runs can be repeated with many seeds. */
export const wsjBirnnNarrow = vary(wsjBirnn, {
  name: 'wsj-birnn-narrow',
  title: 'narrow BiRNN',
  changes: {
    'model.units': chosen(
      80,
      'in each direction; on TIMIT a frame takes 1.0 million products instead of 7.5 million',
    ),
  },
});

/** The narrow network with batch normalization of W·x, sequence-wise. */
export const wsjBirnnNarrowBn = vary(wsjBirnnNarrow, {
  name: 'wsj-birnn-narrow-bn',
  title: 'narrow BiRNN, BN on W·x',
  changes: { 'model.normalize.inputToHidden': text('sequence') },
});

/** The narrow network with batch normalization of W·x, frame-wise: statistics of each time step apart. */
export const wsjBirnnNarrowBnFrame = vary(wsjBirnnNarrow, {
  name: 'wsj-birnn-narrow-bn-frame',
  title: 'narrow BiRNN, frame-wise BN on W·x',
  changes: { 'model.normalize.inputToHidden': text('frame') },
});
