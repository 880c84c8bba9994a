import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { newVariable } from '../initialize/newVariable';
import { cellShapes, placedIn, type RecurrentSpec } from './cellShapes';
import type { LayerPlace } from './layer';
import { normalizerParameters, type PlacementNormalizers } from './placedNormalizers';

/**
 * The trained variables of one layer by path: those of `cellShapes`, then `<placement>.<name>` of what each normalizer
 * trains, e.g. `inputToHidden.gain`.
 */
export function cellParameters(
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  { path, inputs, initializer: inherited, seed }: LayerPlace,
): Map<string, Variable> {
  const initializer = spec.initializer ?? inherited;
  const parameters = new Map<string, Variable>();
  for (const { name, ...shape } of cellShapes(spec, normalize, inputs)) {
    const whole = `${path}.${name}`;
    parameters.set(whole, newVariable(whole, seed, initializer, shape));
  }
  for (const placed of placedIn(spec, normalize)) {
    const { placement, normalizer, features, shift, product } = placed;
    const weights = product && (parameters.get(`${path}.${product}`) as Tensor2D | undefined);
    const place = { path: `${path}.${placement}`, normalizer };
    const trained = normalizerParameters(place, features, { shift, weights });
    for (const [whole, value] of trained) parameters.set(whole, value);
  }
  return parameters;
}
