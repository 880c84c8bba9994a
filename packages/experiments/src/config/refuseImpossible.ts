import { UsageError } from '@bnrnn/core';
import type { PlacementPath } from '../recipes/recipe';
import type { Settings } from '../settings/settings';

const insideRecurrence: readonly PlacementPath[] = [
  'model.normalize.hiddenToHidden',
  'model.normalize.preActivation',
  'model.normalize.cell',
];

/**
 * Refuses settings that cannot go together, before any data is read.
 *
 * @throws UsageError for statistics over the sequence in a language model, a normalized cell in a
 * network without one, peepholes outside an LSTM, and layer-norm groups that do not divide the units.
 */
export function refuseImpossible(settings: Settings): void {
  for (const path of insideRecurrence) {
    if (settings[path].value === 'sequence') {
      throw new UsageError(
        `${path} is "sequence": statistics over the sequence need values that do not exist yet inside the recurrence.`,
        { hint: 'Use "frame" or "layer" there.' },
      );
    }
  }
  if (settings['model.normalize.inputToHidden'].value === 'sequence') {
    throw new UsageError(
      'model.normalize.inputToHidden is "sequence": statistics over the sequence would show a language model the tokens that it predicts.',
      { hint: 'Use "frame" (--normalize frame), the paper\'s choice for language models.' },
    );
  }
  const cell = settings['model.cell'].value;
  if (cell !== 'lstm' && settings['model.normalize.cell'].value !== 'none') {
    throw new UsageError(`model.normalize.cell is set, but the cell "${cell}" is not an LSTM.`);
  }
  if (cell !== 'lstm' && settings['model.peepholes'].value !== 'none') {
    throw new UsageError(`model.peepholes is set, but the cell "${cell}" is not an LSTM.`);
  }
}
