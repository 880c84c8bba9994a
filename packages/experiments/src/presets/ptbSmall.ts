import { code } from '../settings/setting';
import { vary, type LanguagePreset } from './preset';

/** Table 2, small LSTM. */
export const ptbSmall: LanguagePreset = {
  name: 'ptb-small',
  title: 'small LSTM',
  task: 'language',
  size: 'small',
  changes: {},
};

/** Table 2, small LSTM with batch normalization of W·x, frame-wise. */
export const ptbSmallBn = vary(ptbSmall, {
  name: 'ptb-small-bn',
  title: 'small LSTM, BN on W·x',
  changes: { 'model.normalize.inputToHidden': code('frame') },
});
