import { gateCounts } from '@bnrnn/tensor-backend';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { ParameterShape } from '../initialize/initialValues';
import { newVariable } from '../initialize/newVariable';
import type { LayerPlace } from './layer';
import type { GruSpec, LstmSpec, Placement, RnnSpec } from './layerSpec';
import { products } from './contextLookup';
import {
  biasPlace,
  hasShift,
  normalizerParameters,
  type PlacementNormalizers,
} from './placedNormalizers';

/** The cells that a layer repeats over time, as plain JSON. */
export type RecurrentSpec = LstmSpec | RnnSpec | GruSpec;

/** Gates side by side in a layer's weights: i f g o, r z n, or the one sum of a vanilla RNN. */
export function gatesOf({ kind }: RecurrentSpec): 4 | 3 | 1 {
  return gateCounts[kind];
}

/** The width of what a placement normalizes. */
export function featuresOf(placement: Placement, spec: RecurrentSpec): number {
  const ofHidden = placement === 'cell' || placement === 'hiddenToOutput';
  return ofHidden ? spec.units : gatesOf(spec) * spec.units;
}

/**
 * The trained variables of one layer by path.
 *
 *   input [inputs, gates·units]   recurrent [units, gates·units]
 *   bias, recurrentBias [gates·units], unless a shift replaces them   peepholes [1 or 3, units]
 *   <placement>.<name> of what its normalizer trains, e.g. `inputToHidden.gain`
 */
export function cellParameters(
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  { path, inputs, initializer: inherited, seed }: LayerPlace,
): Map<string, Variable> {
  const { units } = spec;
  const gates = gatesOf(spec);
  const initializer = spec.initializer ?? inherited;
  const parameters = new Map<string, Variable>();
  const create = (
    name: string,
    shape: readonly number[],
    role: ParameterShape['role'] = 'vector',
  ): void => {
    const whole = `${path}.${name}`;
    parameters.set(whole, newVariable(whole, seed, initializer, { shape, gates, role }));
  };

  create('input', [inputs, gates * units], 'matrix');
  create('recurrent', [units, gates * units], 'recurrent');
  if (biasPlace(normalize) === 'bias') {
    create('bias', [gates * units]);
    if (spec.biases === 2) create('recurrentBias', [gates * units]);
  }
  if (spec.kind === 'lstm' && spec.peepholes !== 'none') {
    create('peepholes', [spec.peepholes === 'all' ? 3 : 1, units]);
  }
  for (const [name, normalizer] of Object.entries(normalize)) {
    const placement = name as Placement;
    const shift = hasShift(placement, normalize);
    const weights = startOf(placement, path, parameters);
    const place = { path: `${path}.${placement}`, normalizer };
    const trained = normalizerParameters(place, featuresOf(placement, spec), { shift, weights });
    for (const [whole, value] of trained) parameters.set(whole, value);
  }
  return parameters;
}

/** The weights of the product that a placement normalizes; undefined where there is none. */
function startOf(
  placement: Placement,
  path: string,
  parameters: ReadonlyMap<string, Variable>,
): Tensor2D | undefined {
  return placement === 'inputToHidden' || placement === 'hiddenToHidden'
    ? (parameters.get(`${path}.${products[placement]}`) as Tensor2D | undefined)
    : undefined;
}
