import { expectOneOf } from '@bnrnn/core';
import { bidirectional } from './bidirectional';
import type { CellLayer } from './cellLayer';
import type { RecurrentSpec } from './cellParameters';
import { gru } from './gru';
import type { Layer } from './layer';
import type { LayerSpec } from './layerSpec';
import { lstm } from './lstm';
import { normalizersFromSpecs } from './placedNormalizers';
import { rnn } from './rnn';
import { stack } from './stack';

/**
 * The layer that a spec describes.
 *
 * @throws UsageError for a kind that does not exist and for whatever the layer itself refuses.
 */
export function layerFromSpec(spec: LayerSpec): Layer {
  switch (spec.kind) {
    case 'bidirectional': {
      const { layer, merge, statistics } = spec;
      return bidirectional(cellFromSpec(layer), { merge, statistics });
    }
    case 'stack':
      return stack(spec.layers.map(layerFromSpec), { dropout: spec.dropout });
    default:
      return cellFromSpec(spec);
  }
}

function cellFromSpec(spec: RecurrentSpec): CellLayer {
  expectOneOf('layer.kind', spec.kind, ['lstm', 'rnn', 'gru']);
  const normalize = normalizersFromSpecs(spec.normalize);
  switch (spec.kind) {
    case 'lstm':
      return lstm({ ...spec, normalize });
    case 'rnn':
      return rnn({ ...spec, normalize });
    case 'gru':
      return gru({ ...spec, normalize });
  }
}
