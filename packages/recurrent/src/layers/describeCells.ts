import type { BidirectionalSpec, LayerSpec } from './layerSpec';
import type { RecurrentSpec } from './cellShapes';

/** One cell of a model: a layer of one direction, or one direction of a bidirectional layer. */
export interface DescribedCell {
  readonly spec: RecurrentSpec;
  /** Its path, e.g. `layers.0` or `layers.0.backward`. */
  readonly path: string;
  /** The place of its layer, from the bottom up. */
  readonly index: number;
  /** Width of its input. */
  readonly inputs: number;
  /** Of a bidirectional layer: which direction, and how both are put together. */
  readonly direction?: 'forward' | 'backward';
  readonly both?: Pick<BidirectionalSpec, 'merge' | 'statistics'>;
}

/** The cells of layers one above the other, and the width of what the last one gives. */
export interface DescribedLayers {
  readonly cells: readonly DescribedCell[];
  readonly units: number;
}

/**
 * The cells of layers one above the other, from the bottom up.
 *
 * @param path    stands in front of the number of each layer, e.g. `layers`.
 * @param inputs  width of the first layer's input.
 */
export function describeCells(
  layers: readonly LayerSpec[],
  path: string,
  inputs: number,
): DescribedLayers {
  const cells: DescribedCell[] = [];
  let units = inputs;
  layers.forEach((layer, index) => {
    const own = `${path}.${index}`;
    if (layer.kind === 'bidirectional') {
      const { layer: spec, merge, statistics } = layer;
      for (const direction of ['forward', 'backward'] as const) {
        const both = { merge, statistics };
        cells.push({ spec, path: `${own}.${direction}`, index, inputs: units, direction, both });
      }
      units = merge === 'concat' ? 2 * spec.units : spec.units;
    } else {
      cells.push({ spec: layer, path: own, index, inputs: units });
      units = layer.units;
    }
  });
  return { cells, units };
}
