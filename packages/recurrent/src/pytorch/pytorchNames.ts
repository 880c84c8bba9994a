import { UsageError } from '@bnrnn/core';
import type { RecurrentSpec } from '../layers/cellParameters';
import type { LayerSpec } from '../layers/layerSpec';
import type { HasLayers } from './exportPytorchWeights';

/** One direction of one of PyTorch's layers, and where its parameters stand with us. */
export interface PytorchPlace {
  readonly spec: RecurrentSpec;
  /** Our path, e.g. `layers.0` or `layers.0.backward`. */
  readonly path: string;
  /** What PyTorch's names end in, e.g. `l0` or `l0_reverse`. */
  readonly suffix: string;
}

/**
 * The places of layers that PyTorch's `nn.LSTM`, `nn.GRU` and `nn.RNN` can hold, from the bottom up.
 *
 * @throws UsageError for what they cannot: normalizers, peepholes, summed directions, mixed kinds.
 */
export function pytorchPlaces(
  caller: string,
  { layers, normalizeEmbedding }: HasLayers['spec'],
): PytorchPlace[] {
  if (normalizeEmbedding !== undefined) refuse(caller, 'embedding', 'a normalizer');
  const flat = layers.flatMap((spec, k) => unstacked(spec, `layers.${k}`));
  const places = flat.flatMap(({ spec, path: own }, k): PytorchPlace[] => {
    if (spec.kind !== 'bidirectional') return [{ spec, path: own, suffix: `l${k}` }];
    if (spec.merge !== 'concat') refuse(caller, own, `merge "${spec.merge}"`);
    return [
      { spec: spec.layer, path: `${own}.forward`, suffix: `l${k}` },
      { spec: spec.layer, path: `${own}.backward`, suffix: `l${k}_reverse` },
    ];
  });
  for (const { spec, path: own } of places) {
    const placements = Object.keys(spec.normalize);
    if (placements.length > 0) refuse(caller, own, `normalizers (${placements.join(', ')})`);
    if (spec.kind === 'lstm' && spec.peepholes !== 'none') refuse(caller, own, 'peepholes');
  }
  const kinds = new Set(places.map(({ spec }) => spec.kind));
  const widths = new Set(flat.map(({ spec }) => spec.kind === 'bidirectional'));
  if (kinds.size > 1 || widths.size > 1) refuse(caller, 'layers', 'layers of several kinds');
  return places;
}

function unstacked(
  spec: LayerSpec,
  path: string,
): { spec: Exclude<LayerSpec, { kind: 'stack' }>; path: string }[] {
  if (spec.kind !== 'stack') return [{ spec, path }];
  return spec.layers.flatMap((layer, k) => unstacked(layer, `${path}.${k}`));
}

function refuse(caller: string, path: string, what: string): never {
  throw new UsageError(
    `${caller}: ${path} has ${what}, which PyTorch's recurrent modules do not have.`,
  );
}
