import { gateCounts } from '@bnrnn/tensor-backend';
import type { ParameterShape } from '../initialize/initialValues';
import { products } from './contextLookup';
import type { PlacedNormalizer } from './layer';
import { placements, type GruSpec, type LstmSpec, type Placement, type RnnSpec } from './layerSpec';
import { biasPlace, hasShift, type PlacementNormalizers } from './placedNormalizers';

/** The cells that a layer repeats over time, as plain JSON. */
export type RecurrentSpec = LstmSpec | RnnSpec | GruSpec;

/** Gates side by side in a layer's weights: i f g o, r z n, or the one sum of a vanilla RNN. */
export function gatesOf({ kind }: RecurrentSpec): 4 | 3 | 1 {
  return gateCounts[kind];
}

/** The width of what a placement normalizes. */
function featuresOf(placement: Placement, spec: RecurrentSpec): number {
  const ofHidden = placement === 'cell' || placement === 'hiddenToOutput';
  return ofHidden ? spec.units : gatesOf(spec) * spec.units;
}

/** A parameter of a cell's own. */
export interface CellParameter extends ParameterShape {
  readonly name: 'input' | 'recurrent' | 'bias' | 'recurrentBias' | 'peepholes';
  /** What PyTorch calls it, in front of the layer's suffix; its matrices are transposed. */
  readonly pytorch?: 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh';
}

/**
 * The parameters of a cell's own, in the order in which they are made. Counts, initial values, PyTorch's names and the
 * list of products read it.
 *
 *   input [inputs, gates·units]   recurrent [units, gates·units]
 *   bias, recurrentBias [gates·units], unless a shift replaces them   peepholes [1 or 3, units]
 *
 * @param normalize  the normalizers of the cell.
 */
export function cellShapes(
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  inputs: number,
): CellParameter[] {
  const { units, biases } = spec;
  const gates = gatesOf(spec);
  const wide = gates * units;
  const vector = { shape: [wide], gates, role: 'vector' } as const;
  const bias: CellParameter = { name: 'bias', pytorch: 'bias_ih', ...vector };
  const second: CellParameter = { name: 'recurrentBias', pytorch: 'bias_hh', ...vector };
  const shapes: CellParameter[] = [
    { name: 'input', pytorch: 'weight_ih', shape: [inputs, wide], gates, role: 'matrix' },
    { name: 'recurrent', pytorch: 'weight_hh', shape: [units, wide], gates, role: 'recurrent' },
  ];
  if (biasPlace(normalize) === 'bias') shapes.push(bias, ...(biases === 2 ? [second] : []));
  if (spec.kind === 'lstm' && spec.peepholes !== 'none') {
    const seen = spec.peepholes === 'all' ? 3 : 1;
    shapes.push({ name: 'peepholes', shape: [seen, units], gates, role: 'vector' });
  }
  return shapes;
}

/** A normalizer where it stands in a cell. */
export interface PlacedShape extends Omit<PlacedNormalizer, 'weights' | 'bias'> {
  readonly placement: Placement;
  readonly shift: boolean;
  /** The parameter whose product is normalized; absent where the placement has no product of its own. */
  readonly product: CellParameter['name'] | undefined;
}

/** The normalizers of a cell: where each stands, over how many features, and whether it has a shift. */
export function placedIn(spec: RecurrentSpec, normalize: PlacementNormalizers): PlacedShape[] {
  return placements.flatMap((placement) => {
    const normalizer = normalize[placement];
    if (normalizer === undefined) return [];
    const features = featuresOf(placement, spec);
    const product =
      placement in products ? products[placement as keyof typeof products] : undefined;
    return [{ placement, normalizer, features, shift: hasShift(placement, normalize), product }];
  });
}
