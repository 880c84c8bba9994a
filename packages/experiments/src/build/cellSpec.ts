import { placements, type GruSpec, type LstmSpec, type RnnSpec } from '@bnrnn/recurrent';
import type { SharedSettings } from '../settings/settings';
import { normalizerAt } from './normalizerAt';

/**
 * The recurrent cell that a run's settings describe, with its normalizers.
 *
 * @param maxSteps  time steps that have statistics of their own, where statistics are kept per step.
 */
export function cellSpec(settings: SharedSettings, maxSteps: number): LstmSpec | RnnSpec | GruSpec {
  const kind = settings['model.cell'].value;
  const normalize = Object.fromEntries(
    placements.flatMap((placement) => {
      const spec = normalizerAt(settings, placement, maxSteps);
      return spec === undefined ? [] : [[placement, spec]];
    }),
  );
  const shared = {
    units: settings['model.units'].value,
    biases: settings['model.biases'].value === 2 ? 2 : 1,
    normalize,
  } as const;
  if (kind === 'lstm') return { kind, ...shared, peepholes: settings['model.peepholes'].value };
  if (kind === 'rnn') return { kind, ...shared, activation: 'tanh' };
  return { kind, ...shared };
}
