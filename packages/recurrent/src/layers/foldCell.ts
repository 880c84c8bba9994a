import type { StoredMap } from '@bnrnn/normalization';
import { product } from '@bnrnn/tensor-backend';
import {
  add,
  clone,
  mul,
  zeros,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { gatesOf, type RecurrentSpec } from './cellShapes';
import { products, statisticsAt, trainedAt, weightsOf, withOffset } from './contextLookup';
import type { FoldContext, LeftPlacement } from './layer';
import { placements, type Placement } from './layerSpec';
import { biasPlace, placementSpecs, type PlacementNormalizers } from './placedNormalizers';

/** A cell whose normalizers went into its weights, where they could. */
export interface FoldedCell {
  readonly spec: RecurrentSpec;
  readonly normalize: PlacementNormalizers;
  /** For each direction: what takes the place of its parameters, by name, e.g. `input`. */
  readonly parameters: readonly Readonly<Record<string, Tensor>>[];
  readonly left: readonly LeftPlacement[];
}

/**
 * Folds what normalizers do in mode `stored` into the weights of a cell; a placement is folded in all directions or in
 * none.
 *
 *   N₁(W·x) = (W·A₁)·x + b₁      N₁'(h·U) = h·(U·A₁') + b₁'      N₂ of their sum: both, + b₂
 *
 * Matrices stand on the right of rows here, so A comes behind. The offsets go where the plain cell has its bias: for a
 * GRU, that of h·U goes to the bias inside of the reset gate.
 *
 * @param paths   of the directions: their parameters lie below.
 * @param shared  the path of the normalizers, where the directions share them.
 */
export function foldCell(
  spec: RecurrentSpec,
  normalize: PlacementNormalizers,
  { parameters, statistics }: Pick<FoldContext, 'parameters' | 'statistics'>,
  paths: readonly string[],
  shared?: string,
): FoldedCell {
  const left: LeftPlacement[] = [];
  const maps: Partial<Record<Placement, readonly (StoredMap | undefined)[]>> = {};
  for (const placement of placements) {
    const normalizer = normalize[placement];
    if (normalizer === undefined) continue;
    const owners = shared === undefined ? paths : [shared];
    const leave = (reason: string): void => {
      left.push(...owners.map((path) => ({ path: `${path}.${placement}`, reason })));
    };
    if (normalizer.mapWeights !== undefined) {
      maps[placement] = paths.map(() => undefined);
    } else if (placement === 'cell' || placement === 'hiddenToOutput') {
      leave(`${placement} is no product of the layer, whose weights could take it up`);
    } else if (normalizer.storedMap === undefined) {
      leave(`what "${normalizer.spec.kind}" does depends on the row`);
    } else if (placement === 'hiddenToHidden' && normalize.inputToHidden && !maps.inputToHidden) {
      leave('its offset belongs to the bias, and the shift of inputToHidden stands for that');
    } else {
      const found = owners.map((path) => {
        const own = `${path}.${placement}`;
        return normalizer.storedMap?.(
          trainedAt(own, { parameters }),
          statisticsAt(own, { statistics }),
        );
      });
      if (found.includes(undefined)) leave('its statistics are kept for each time step');
      else maps[placement] = paths.map((_, k) => found[k] ?? found[0]);
    }
  }
  const rest = Object.fromEntries(
    Object.entries(normalize).filter(([placement]) => maps[placement as Placement] === undefined),
  );
  const secondBias = spec.kind === 'gru' && maps.hiddenToHidden?.[0] !== undefined;
  const folded: RecurrentSpec = {
    ...spec,
    ...(secondBias && { biases: 2 }),
    normalize: placementSpecs(rest),
  };
  const context = { parameters, statistics };
  return {
    spec: folded,
    normalize: rest,
    parameters: paths.map((path, k) => {
      const at = (placement: Placement): StoredMap | undefined => maps[placement]?.[k];
      const own = { ...context, path };
      return {
        ...weights(normalize, own, at),
        ...(biasPlace(rest) === 'bias' && biases(folded, normalize, own, at)),
      };
    }),
    left,
  };
}

type MapAt = (placement: Placement) => StoredMap | undefined;
type Own = Pick<FoldContext, 'parameters' | 'statistics'> & { readonly path: string };

function weights(
  normalize: PlacementNormalizers,
  own: Own,
  at: MapAt,
): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    (['inputToHidden', 'hiddenToHidden'] as const).map((placement) => {
      const effective = weightsOf(placement, normalize[placement], own);
      const folded = [at(placement), at('preActivation')].reduce(
        (matrix, map) => (map === undefined ? matrix : times(matrix, map.factor)),
        effective,
      );
      return [products[placement], clone(folded)];
    }),
  );
}

function biases(
  spec: RecurrentSpec,
  { inputToHidden }: PlacementNormalizers,
  own: Own,
  at: MapAt,
): Readonly<Record<string, Tensor>> {
  const { path, parameters } = own;
  const start = (name: string): Tensor1D =>
    (parameters.get(`${path}.${name}`) as Tensor1D | undefined) ??
    zeros<Rank.R1>([gatesOf(spec) * spec.units]);
  const sum = (from: Tensor1D, ...maps: readonly (StoredMap | undefined)[]): Tensor1D =>
    maps.reduce((all, map) => (map === undefined ? all : add(all, map.offset)), clone(from));
  const first = withOffset(start('bias'), inputToHidden, own);
  const outside = [at('inputToHidden'), at('preActivation')];
  const inside = at('hiddenToHidden');
  if (spec.kind === 'gru') {
    return {
      bias: sum(first, ...outside),
      ...(spec.biases === 2 && { recurrentBias: sum(start('recurrentBias'), inside) }),
    };
  }
  return {
    bias: sum(first, ...outside, inside),
    ...(spec.biases === 2 && { recurrentBias: clone(start('recurrentBias')) }),
  };
}

/** W·A: each column scaled, or the whole product. */
function times(matrix: Tensor2D, factor: Tensor1D | Tensor2D): Tensor2D {
  return isMatrix(factor) ? product(matrix, factor) : mul(matrix, factor);
}

function isMatrix(factor: Tensor1D | Tensor2D): factor is Tensor2D {
  return factor.shape.length === 2;
}
