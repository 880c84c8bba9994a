import { code } from '../settings/setting';
import { vary, type LanguagePreset } from './preset';

/** Table 2, large LSTM. */
export const ptbLarge: LanguagePreset = {
  name: 'ptb-large',
  title: 'large LSTM',
  task: 'language',
  size: 'large',
  changes: {},
};

/** Table 2, large LSTM with batch normalization of W·x, frame-wise. */
export const ptbLargeBn = vary(ptbLarge, {
  name: 'ptb-large-bn',
  title: 'large LSTM, BN on W·x',
  changes: { 'model.normalize.inputToHidden': code('frame') },
});
