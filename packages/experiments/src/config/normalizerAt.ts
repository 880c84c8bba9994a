import type { NormalizerSpec } from '@bnrnn/normalization';
import type { Placement } from '@bnrnn/recurrent';
import { gateCounts } from '@bnrnn/tensor-backend';
import type { PlacementPath } from '../recipes/recipe';
import type { SharedSettings } from '../settings/settings';

/**
 * The normalizer that the settings put at a placement; undefined where they put none.
 *
 * @param maxSteps  time steps that have statistics of their own, where statistics are kept per step.
 */
export function normalizerAt(
  settings: SharedSettings,
  placement: Placement,
  maxSteps: number,
): NormalizerSpec | undefined {
  const path: PlacementPath = `model.normalize.${placement}`;
  const kind = settings[path].value;
  if (kind === 'none') return undefined;
  const gain = settings['normalization.gain'].value;
  const epsilon = settings['normalization.epsilon'].value;
  if (kind === 'layer') {
    const groups = settings['normalization.groups'].value;
    // Each gate's features are standardized apart.
    const blocks = placement === 'cell' ? 1 : gateCounts[settings['model.cell'].value];
    return { kind: 'layer', groups: groups === 0 ? blocks : groups, epsilon, gain };
  }
  const batch = {
    epsilon,
    epsilonRule: settings['normalization.epsilonRule'].value,
    gain,
    decay: settings['normalization.decay'].value,
    perStep: settings['normalization.perStep'].value,
    maxSteps,
  } as const;
  if (kind === 'frame' || kind === 'sequence') return { kind: 'batch', over: kind, ...batch };
  // A strategy of the user's own takes what it needs of all settings.
  const own = { kind, ...batch, groups: settings['normalization.groups'].value };
  return own;
}
