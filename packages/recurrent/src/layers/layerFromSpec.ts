import type { RecurrentSpec } from './cellShapes';
import { expectOneOf } from '@bnrnn/core';
import type { NormalizerStrategy } from '@bnrnn/normalization';
import { bidirectional } from './bidirectional';
import type { CellLayer } from './cellLayer';
import { gru } from './gru';
import type { Layer } from './layer';
import type { LayerSpec } from './layerSpec';
import { lstm } from './lstm';
import { normalizersFromSpecs } from './placedNormalizers';
import { rnn } from './rnn';

export interface FromSpecOptions {
  /** Normalization strategies of the caller's own, beside the built-in ones. */
  readonly strategies?: readonly NormalizerStrategy[];
}

/**
 * The layer that a spec describes.
 *
 * @throws UsageError for a kind that does not exist and for whatever the layer itself refuses.
 */
export function layerFromSpec(spec: LayerSpec, { strategies = [] }: FromSpecOptions = {}): Layer {
  if (spec.kind !== 'bidirectional') return cellFromSpec(spec, strategies);
  const { layer, merge, statistics } = spec;
  return bidirectional(cellFromSpec(layer, strategies), { merge, statistics });
}

function cellFromSpec(spec: RecurrentSpec, strategies: readonly NormalizerStrategy[]): CellLayer {
  expectOneOf('layer.kind', spec.kind, ['lstm', 'rnn', 'gru']);
  const normalize = normalizersFromSpecs(spec.normalize, strategies);
  switch (spec.kind) {
    case 'lstm':
      return lstm({ ...spec, normalize });
    case 'rnn':
      return rnn({ ...spec, normalize });
    case 'gru':
      return gru({ ...spec, normalize });
  }
}
