import { product } from '@bnrnn/tensor-backend';
import { zeros, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core';
import type { State } from './state';
import { tidyResult } from '../tidyResult';
import { cellParameters } from './cellParameters';
import { placedIn, type RecurrentSpec } from './cellShapes';
import { weightsOf } from './contextLookup';
import { foldCell } from './foldCell';
import type { Layer, LayerContext, LayerResult, PlacedNormalizer } from './layer';
import { measureInput } from './measureInput';
import { normalizeSteps } from './normalizeSteps';
import { activationNormalizer, biasPlace, type PlacementNormalizers } from './placedNormalizers';
import { runCell } from './runCell';

/** A layer of one direction, and what a bidirectional layer needs of it. */
export interface CellLayer extends Layer {
  readonly spec: RecurrentSpec;
  readonly normalize: PlacementNormalizers;
  /** W·x of all steps in one product, float32 [time, batch, gates·units]. */
  project(x: Tensor3D, context: LayerContext): Tensor3D;
  /** The result of the scan with h normalized on its way up; the state is left alone. */
  sendUp(result: LayerResult, context: LayerContext): LayerResult;
  /** All parts in one direction; `reverse` starts at the last step. */
  applyDirection(x: Tensor3D, state: State, context: LayerContext, reverse: boolean): LayerResult;
}

/** The layer of a checked spec and its checked normalizers. */
export function cellLayer(spec: RecurrentSpec, normalize: PlacementNormalizers): CellLayer {
  const { units } = spec;
  const stateSize = spec.kind === 'lstm' ? 2 : 1;

  const layer: CellLayer = {
    spec,
    normalize,
    units,
    causal: true,
    stateSize,
    parameters: (place) => cellParameters(spec, normalize, place),
    normalizers(path) {
      const placed = new Map<string, PlacedNormalizer>();
      for (const { placement, normalizer, features, product: own } of placedIn(spec, normalize)) {
        const weights = own && `${path}.${own}`;
        const adds = placement === 'inputToHidden' && biasPlace(normalize) === 'bias';
        const bias = adds ? `${path}.bias` : undefined;
        placed.set(`${path}.${placement}`, { normalizer, features, weights, bias });
      }
      return placed;
    },
    initialState: (batch) => Array.from({ length: stateSize }, () => zeros([batch, units])),
    project: (x, context) =>
      product(x, weightsOf('inputToHidden', normalize.inputToHidden, context)),
    applyDirection: (x, state, context, reverse) =>
      tidyResult(() => {
        const projected = layer.project(x, context);
        const normalizer = activationNormalizer('inputToHidden', normalize);
        const path = `${context.path}.inputToHidden`;
        const { y, measured } = normalizeSteps(normalizer, path, projected, context);
        const result = layer.sendUp(runCell(spec, normalize, y, state, context, reverse), context);
        const ofInput = measureInput(normalize, x, context);
        return { ...result, measured: { ...ofInput, ...measured, ...result.measured } };
      }),
    sendUp(result, context) {
      if (normalize.hiddenToOutput === undefined) return result;
      const path = `${context.path}.hiddenToOutput`;
      const { y, measured } = normalizeSteps(
        normalize.hiddenToOutput,
        path,
        result.hidden,
        context,
      );
      return { ...result, hidden: y, measured: { ...result.measured, ...measured } };
    },
    apply: (x, state, context) => layer.applyDirection(x, state, context, false),
    fold(context) {
      const { path } = context;
      const folded = foldCell(spec, normalize, context, [path]);
      return {
        layer: cellLayer(folded.spec, folded.normalize),
        parameters: belowPath(path, folded.parameters[0]),
        left: folded.left,
      };
    },
  };
  return layer;
}

/** Tensors by whole path. */
export function belowPath(
  path: string,
  tensors: Readonly<Record<string, Tensor>> = {},
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [`${path}.${name}`, tensor]),
  );
}
