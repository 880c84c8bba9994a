import { chosen, code, text } from '../settings/setting';
import { vary } from './preset';
import { ptbSmall } from './ptbSmall';

/** The paper's negative result: the sum W·x + U·h is normalized inside the activation. */
export const ptbSmallBnSum = vary(ptbSmall, {
  name: 'ptb-small-bn-sum',
  title: 'small LSTM, BN on the sum W·x + U·h',
  changes: { 'model.normalize.preActivation': text('frame') },
});

/** The authors' state normalization: U·h alone. */
export const ptbSmallBnHidden = vary(ptbSmall, {
  name: 'ptb-small-bn-hidden',
  title: 'small LSTM, BN on U·h',
  changes: { 'model.normalize.hiddenToHidden': code('frame') },
});

/** W·x and U·h, each by a normalizer of its own. */
export const ptbSmallBnBoth = vary(ptbSmall, {
  name: 'ptb-small-bn-both',
  title: 'small LSTM, BN on W·x and on U·h',
  changes: {
    'model.normalize.inputToHidden': code('frame'),
    'model.normalize.hiddenToHidden': chosen('frame', "the authors' two placements together"),
  },
});
