import type { Setting, SettingValue } from '@bnrnn/core';
import { specOfName, strategyNames, type NormalizerSpec } from '@bnrnn/normalization';
import type { Placement } from '@bnrnn/recurrent';
import { gateCounts } from '@bnrnn/tensor-backend';
import type { PlacementPath } from '../recipes/recipe';
import type { LanguageSettings, SharedSettings } from '../settings/settings';

/** Where the features are not those of gates side by side. */
const ungated: ReadonlySet<string> = new Set(['cell', 'hiddenToOutput', 'embedding']);

/**
 * The normalizer that the settings put at a placement; undefined where they put none.
 *
 * @param maxSteps  time steps that have statistics of their own, where statistics are kept per step.
 */
export function normalizerAt(
  settings: SharedSettings & Partial<LanguageSettings>,
  placement: Placement | 'embedding',
  maxSteps: number,
): NormalizerSpec | undefined {
  const path: PlacementPath = `model.normalize.${placement}`;
  const kind = settings[path]?.value;
  if (kind === undefined || kind === 'none') return undefined;
  const groups = settings['normalization.groups'].value;
  // Each gate's features are normalized apart.
  const blocks = ungated.has(placement) ? 1 : gateCounts[settings['model.cell'].value];
  const shared = {
    gain: settings['normalization.gain'].value,
    epsilon: settings['normalization.epsilon'].value,
    epsilonRule: settings['normalization.epsilonRule'].value,
    decay: settings['normalization.decay'].value,
    perStep: settings['normalization.perStep'].value,
    maxSteps,
    groups: groups === 0 ? blocks : groups,
  };
  // A strategy of the user's own takes what it needs of all of them.
  if (!strategyNames.includes(kind)) return { kind, ...shared };
  return specOfName(kind, { ...shared, ...ownValues(settings, kind) });
}

/** The values of `normalization.KIND.NAME` by name. */
function ownValues(settings: SharedSettings, kind: string): Record<string, SettingValue> {
  const prefix = `normalization.${kind}.`;
  const own = Object.entries<Setting>(settings).filter(([path]) => path.startsWith(prefix));
  return Object.fromEntries(own.map(([path, { value }]) => [path.slice(prefix.length), value]));
}
