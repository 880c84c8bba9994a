import { UsageError } from '@bnrnn/core';
import {
  placements,
  type LanguageModelSpec,
  type LayerSpec,
  type PlacementSpecs,
} from '@bnrnn/recurrent';
import type { RunConfig } from '../config/runConfig';
import type { Settings } from '../settings/settings';
import { normalizerAt } from './normalizerAt';

/**
 * The architecture that a run's settings describe, as plain JSON.
 *
 * @param vocabularySize  distinct tokens of the corpus.
 * @throws UsageError for a unit other than words or characters.
 */
export function modelSpec(
  config: Pick<RunConfig, 'unit' | 'settings'>,
  vocabularySize: number,
): LanguageModelSpec {
  const { settings, unit } = config;
  if (unit === 'frame') {
    throw new UsageError('modelSpec: the unit is "frame", expected "word" or "character".');
  }
  const units = settings['model.units'].value;
  return {
    kind: 'languageModel',
    unit,
    vocabulary: vocabularySize,
    embedding: units,
    layers: Array.from({ length: settings['model.layers'].value }, () => layerSpec(settings)),
    dropout: settings['model.dropout'].value,
    initializer: { kind: 'uniform', range: settings['model.initRange'].value },
  };
}

function layerSpec(settings: Settings): LayerSpec {
  const kind = settings['model.cell'].value;
  const shared = {
    units: settings['model.units'].value,
    biases: settings['model.biases'].value === 2 ? 2 : 1,
    normalize: placementSpecs(settings),
  } as const;
  if (kind === 'lstm') return { kind, ...shared, peepholes: settings['model.peepholes'].value };
  if (kind === 'rnn') return { kind, ...shared, activation: 'tanh' };
  return { kind, ...shared };
}

function placementSpecs(settings: Settings): PlacementSpecs {
  return Object.fromEntries(
    placements.flatMap((placement) => {
      const spec = normalizerAt(settings, placement);
      return spec === undefined ? [] : [[placement, spec]];
    }),
  );
}
