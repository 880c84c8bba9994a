import { code } from '../settings/setting';
import { vary, type LanguagePreset } from './preset';

/** Table 2, medium LSTM. */
export const ptbMedium: LanguagePreset = {
  name: 'ptb-medium',
  title: 'medium LSTM',
  task: 'language',
  size: 'medium',
  changes: {},
};

/** Table 2, medium LSTM with batch normalization of W·x, frame-wise. */
export const ptbMediumBn = vary(ptbMedium, {
  name: 'ptb-medium-bn',
  title: 'medium LSTM, BN on W·x',
  changes: { 'model.normalize.inputToHidden': code('frame') },
});
