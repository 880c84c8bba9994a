import { UsageError } from '@bnrnn/core';
import {
  normalizerFromSpec,
  refuseInsideRecurrence,
  type InitOptions,
  type Normalizer,
  type NormalizerStrategy,
} from '@bnrnn/normalization';
import { insidePlacements } from '@bnrnn/tensor-backend';
import { dispose, variable, type Variable } from '@tensorflow/tfjs-core';
import { expectOnlyKeys } from '../expectOnlyKeys';
import { placements, type Placement, type PlacementSpecs } from './layerSpec';

/** The normalizers of one layer; a placement left out is not normalized. */
export type PlacementNormalizers = Readonly<Partial<Record<Placement, Normalizer>>>;

/** Where a layer's bias goes: to its biases, or into the shift of one placement. */
export type BiasPlace = 'bias' | 'inputToHidden' | 'preActivation';

/**
 * Checks the normalizers of a layer; `none()` counts as absent.
 *
 * @param allowed  the placements that this kind of layer has.
 * @throws UsageError on a placement the layer does not have, on a sum normalized together with one
 * of its terms, and on sequence-wise statistics inside the recurrence.
 */
export function checkPlacements(
  caller: string,
  normalize: PlacementNormalizers,
  allowed: readonly Placement[],
): PlacementNormalizers {
  expectOnlyKeys(`${caller}: normalize`, normalize, placements);
  const used: Partial<Record<Placement, Normalizer>> = {};
  for (const placement of placements) {
    const normalizer = normalize[placement];
    if (normalizer === undefined || normalizer.spec.kind === 'none') continue;
    if (!allowed.includes(placement)) {
      throw new UsageError(
        `${caller}: normalize.${placement} is set, expected one of: ${allowed.join(', ')}.`,
        { hint: missing[placement] ?? '' },
      );
    }
    if (normalizer.mapWeights !== undefined) expectProduct(caller, placement, normalizer);
    used[placement] = normalizer;
  }
  const term = used.inputToHidden ? 'inputToHidden' : used.hiddenToHidden && 'hiddenToHidden';
  if (used.preActivation !== undefined && term !== undefined) {
    throw new UsageError(
      `${caller}: normalize.preActivation and normalize.${term} are both set, expected the sum or its terms.`,
      { hint: 'Leave out one of the two.' },
    );
  }
  for (const placement of insidePlacements) {
    const normalizer = used[placement];
    if (normalizer === undefined) continue;
    refuseInsideRecurrence(normalizer, `${caller}: normalize.${placement}`);
  }
  return used;
}

/**
 * @throws UsageError where a placement has no product of its own, whose weights a normalizer could map, and on h·U for one
 * that needs the input of the product or adds to it.
 */
function expectProduct(caller: string, placement: Placement, normalizer: Normalizer): void {
  if (placement === 'inputToHidden') return;
  const seesInput = normalizer.measureInput !== undefined || normalizer.mapOffset !== undefined;
  if (placement === 'hiddenToHidden') {
    if (!seesInput) return;
    throw new UsageError(
      `${caller}: normalize.hiddenToHidden is the strategy "${normalizer.spec.kind}", which normalizes the input of a product, and h is made step by step inside the recurrence.`,
      { hint: 'Use it at inputToHidden.' },
    );
  }
  throw new UsageError(
    `${caller}: normalize.${placement} is the strategy "${normalizer.spec.kind}", which normalizes the weights of a product, and ${placement} is not one product.`,
    {
      hint: seesInput
        ? 'Use it at inputToHidden.'
        : 'Use it at inputToHidden, hiddenToHidden, or both.',
    },
  );
}

const missing: Partial<Record<Placement, string>> = {
  cell: 'Only an LSTM has a cell.',
  preActivation:
    'A GRU has no single sum: its reset gate stands between h·U and the candidate. Use hiddenToHidden.',
};

/**
 * One addend for each sum: a normalizer's shift takes over the bias of what it normalizes.
 *
 *   none, h·U, cell: bias      W·x, W·x and h·U: shift of W·x      W·x + h·U: shift of the sum
 *   the weights of W·x: bias
 */
export function biasPlace(normalize: PlacementNormalizers): BiasPlace {
  if (normalize.preActivation !== undefined) return 'preActivation';
  return activationNormalizer('inputToHidden', normalize) ? 'inputToHidden' : 'bias';
}

/** The normalizer of what a placement computes; undefined where there is none, or one of the weights. */
export function activationNormalizer(
  placement: Placement,
  normalize: PlacementNormalizers,
): Normalizer | undefined {
  const normalizer = normalize[placement];
  return normalizer?.mapWeights === undefined ? normalizer : undefined;
}

/** True where the placement has a shift: where it replaces the bias, on the cell, and on h on its way up. */
export function hasShift(placement: Placement, normalize: PlacementNormalizers): boolean {
  return (
    placement === 'cell' || placement === 'hiddenToOutput' || placement === biasPlace(normalize)
  );
}

/** The variables that a normalizer trains, by path. */
export function normalizerParameters(
  { path, normalizer }: { readonly path: string; readonly normalizer: Normalizer },
  features: number,
  options: InitOptions = { shift: true },
): Map<string, Variable> {
  const { parameters, statistics } = normalizer.init(features, options);
  const trained = Object.entries(parameters).map(([name, value]): [string, Variable] => [
    `${path}.${expectPlainName(normalizer, name)}`,
    variable(value),
  ]);
  dispose([parameters, statistics]);
  return new Map(trained);
}

/** Whether a step of the recurrence runs through a normalizer. */
export function normalizesInside(normalize: PlacementNormalizers): boolean {
  return insidePlacements.some((placement) => activationNormalizer(placement, normalize));
}

/** The normalizers as plain data. */
export function placementSpecs(normalize: PlacementNormalizers): PlacementSpecs {
  return Object.fromEntries(
    Object.entries(normalize).map(([placement, normalizer]) => [placement, normalizer.spec]),
  );
}

/** The normalizers of plain data, of the built-in strategies and the caller's; `none` counts as absent. */
export function normalizersFromSpecs(
  specs: PlacementSpecs,
  strategies: readonly NormalizerStrategy[],
): PlacementNormalizers {
  return Object.fromEntries(
    Object.entries(specs).flatMap(([placement, spec]) =>
      spec.kind === 'none' ? [] : [[placement, normalizerFromSpec(spec, { strategies })]],
    ),
  );
}

/**
 * A name of a parameter or a statistic, as it can stand in a path and in a checkpoint.
 *
 * @throws UsageError for anything but a letter followed by letters, digits and underscores.
 */
export function expectPlainName({ spec }: Normalizer, name: string): string {
  if (/^[A-Za-z]\w*$/.test(name)) return name;
  throw new UsageError(
    `The normalization strategy "${spec.kind}" names a tensor ${JSON.stringify(name)}, expected letters, digits and underscores.`,
    { hint: 'Names stand in checkpoints: gain, shift, mean.' },
  );
}
