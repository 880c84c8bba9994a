import { chosen, figure } from '../settings/setting';
import { paperTextSpeech } from './paperTextSpeech';
import type { SpeechRecipe } from './recipe';

const search =
  'development set, nats a frame after one epoch of wsj-birnn-narrow, plain and normalized';

/**
 * The paper's recipe for an epoch that is a thirteenth of its own: batch and rate are chosen on TIMIT's development
 * set, the same for both arms. docs/results/timit has the search. It ended after one epoch: over twenty epochs the
 * plain narrow model breaks down at this rate, and half of it is better for the two narrow models together.
 */
export const timit: SpeechRecipe = {
  name: 'timit',
  title: "the paper's text, with rate and batch chosen on TIMIT's development set",
  settings: {
    ...paperTextSpeech.settings,
    'data.batch': chosen(8, `${search}: 3.42 and 2.84; 24 at its best rate: 4.32 and 2.89`),
    'optimizer.learningRate': chosen(2e-3, `${search}: 3.42 and 2.84; 1e-3: 4.26 and 3.38`),
    'schedule.epochs': figure(20, '29,750 batches of the paper'),
  },
};
