import { UsageError } from '@bnrnn/core';
import {
  normalizerFromSpec,
  type NormalizerStrategy,
  refuseInCausalModel,
  refuseInsideRecurrence,
} from '@bnrnn/normalization';
import { placements } from '@bnrnn/recurrent';
import { insidePlacements } from '@bnrnn/tensor-backend';
import { normalizerAt } from '../build/normalizerAt';
import type { LanguageSettings, SharedSettings, SpeechSettings } from '../settings/settings';

/**
 * Refuses settings of a language model that cannot go together, before any data is read.
 *
 * @throws UsageError for statistics over the sequence, or a cell's normalizer or peepholes outside
 * an LSTM.
 */
export function refuseImpossible(
  settings: LanguageSettings,
  strategies: readonly NormalizerStrategy[],
): void {
  for (const placement of ['inputToHidden', 'hiddenToOutput', 'embedding'] as const) {
    const path = `model.normalize.${placement}`;
    const spec = normalizerAt(settings, placement, 1);
    if (spec === undefined) continue;
    withHint(path, () => refuseInCausalModel(normalizerFromSpec(spec, { strategies }), path));
  }
  refuseImpossibleCell(settings, strategies);
}

/**
 * Refuses settings of a frame classifier that cannot go together, before any data is read.
 *
 * @throws UsageError for statistics over the sequence inside the recurrence, a cell's normalizer or
 * peepholes outside an LSTM, or one normalizer for both directions of anything but W·x alone.
 */
export function refuseImpossibleSpeech(
  settings: SpeechSettings,
  strategies: readonly NormalizerStrategy[],
): void {
  refuseImpossibleCell(settings, strategies);
  if (settings['model.directionStatistics'].value !== 'shared') return;
  const normalized = placements.filter((at) => settings[`model.normalize.${at}`].value !== 'none');
  if (normalized.join() === 'inputToHidden') return;
  const found = normalized.length === 0 ? 'nothing' : normalized.join(' and ');
  throw new UsageError(
    `model.directionStatistics is "shared" and ${found} is normalized, expected inputToHidden alone.`,
    { hint: 'Leave it at "per direction", or normalize W·x alone: --normalize sequence.' },
  );
}

function refuseImpossibleCell(
  settings: SharedSettings,
  strategies: readonly NormalizerStrategy[],
): void {
  for (const placement of insidePlacements) {
    const spec = normalizerAt(settings, placement, 1);
    const path = `model.normalize.${placement}`;
    if (spec === undefined) continue;
    const normalizer = normalizerFromSpec(spec, { strategies });
    withHint(path, () => refuseInsideRecurrence(normalizer, path));
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
function withHint(path: string, check: () => void): void {
  try {
    check();
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    const hint = `Use "frame" or "layer" there, e.g. --set ${path}=frame.`;
    throw new UsageError(cause.message, { cause, hint });
  }
}
