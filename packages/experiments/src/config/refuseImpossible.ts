import { UsageError } from '@bnrnn/core';
import { refuseInCausalModel, refuseInsideRecurrence } from '@bnrnn/normalization';
import { placements } from '@bnrnn/recurrent';
import { normalizerAt } from '../build/normalizerAt';
import type { Settings } from '../settings/settings';

/**
 * Refuses settings that cannot go together, before any data is read.
 *
 * @throws UsageError for statistics over the sequence in a language model, or a cell's normalizer
 * or peepholes outside an LSTM.
 */
export function refuseImpossible(settings: Settings): void {
  for (const placement of placements) {
    const spec = normalizerAt(settings, placement);
    if (spec === undefined) continue;
    const path = `model.normalize.${placement}`;
    withHint(`Use "frame" or "layer" there, e.g. --set ${path}=frame.`, () => {
      if (placement === 'inputToHidden') refuseInCausalModel(spec, path);
      else refuseInsideRecurrence(spec, path);
    });
  }
  const cell = settings['model.cell'].value;
  if (cell === 'lstm') return;
  if (settings['model.normalize.cell'].value !== 'none') {
    throw new UsageError(`model.normalize.cell is set, but the cell "${cell}" is not an LSTM.`);
  }
  if (settings['model.peepholes'].value !== 'none') {
    throw new UsageError(`model.peepholes is set, but the cell "${cell}" is not an LSTM.`);
  }
}

/** The same refusal with a hint in the words of the command line. */
function withHint(hint: string, check: () => void): void {
  try {
    check();
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(cause.message, { cause, hint });
  }
}
