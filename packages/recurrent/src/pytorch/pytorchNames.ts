import type { RecurrentSpec } from '../layers/cellShapes';
import { UsageError } from '@bnrnn/core';
import type { NormalizerSpec } from '@bnrnn/normalization';
import type { Variable } from '@tensorflow/tfjs-core';
import { describeCells } from '../layers/describeCells';
import type { LayerSpec } from '../layers/layerSpec';

/** A model, or whatever holds its layers' specs and parameters. */
export interface HasLayers {
  readonly spec: {
    readonly layers: readonly LayerSpec[];
    readonly normalizeEmbedding?: NormalizerSpec;
  };
  readonly parameters: ReadonlyMap<string, Variable>;
}

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
  const { cells } = describeCells(layers, 'layers', 0);
  const places = cells.map(({ spec, path: own, index, direction, both }): PytorchPlace => {
    if (both !== undefined && both.merge !== 'concat') {
      refuse(caller, own.replace(/\.\w+$/, ''), `merge "${both.merge}"`);
    }
    const suffix = direction === 'backward' ? `l${index}_reverse` : `l${index}`;
    return { spec, path: own, suffix };
  });
  for (const { spec, path: own } of places) {
    const placements = Object.keys(spec.normalize);
    if (placements.length > 0) refuse(caller, own, `normalizers (${placements.join(', ')})`);
    if (spec.kind === 'lstm' && spec.peepholes !== 'none') refuse(caller, own, 'peepholes');
  }
  const kinds = new Set(places.map(({ spec }) => spec.kind));
  const widths = new Set(cells.map(({ both }) => both !== undefined));
  if (kinds.size > 1 || widths.size > 1) refuse(caller, 'layers', 'layers of several kinds');
  return places;
}

function refuse(caller: string, path: string, what: string): never {
  throw new UsageError(
    `${caller}: ${path} has ${what}, which PyTorch's recurrent modules do not have.`,
  );
}
