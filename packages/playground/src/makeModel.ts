import { normalizerFromSpec, specOfName, type Normalizer } from '@bnrnn/normalization';
import {
  gru,
  languageModel,
  lstm,
  rnn,
  type CellLayer,
  type SequenceModel,
} from '@bnrnn/recurrent';
import type { Side } from './messages';
import type { Settings } from './settings';

const makers = { lstm, gru, rnn } as const;

/**
 * The baseline or its normalized twin: one seed, so they start from the same weights.
 *
 * @throws UsageError where the cell, the placement and the strategy do not go together, in a sentence.
 */
export function makeModel(settings: Settings, side: Side, vocabulary: number): SequenceModel {
  const { cell, placement, strategy, units, seed } = settings;
  // Inside the recurrence a gain of 1 saturates the cell: Cooijmans et al. 2016, section 4.
  const spec = specOfName(strategy, placement === 'inputToHidden' ? {} : { gain: 0.1 });
  const normalize: Partial<Record<string, Normalizer>> =
    side === 'baseline' ? {} : { [placement]: normalizerFromSpec(spec) };
  const layer: CellLayer = makers[cell]({ units, normalize });
  return languageModel({
    vocabulary,
    embedding: Math.min(units, 64),
    layers: [layer],
    initializer: { kind: 'uniform', range: 0.1 },
    seed,
  });
}
