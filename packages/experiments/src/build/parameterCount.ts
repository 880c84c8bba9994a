import type { GruSpec, LayerSpec, LstmSpec, ModelSpec, RnnSpec } from '@bnrnn/recurrent';
import { gateCounts } from '@bnrnn/tensor-backend';
import { UsageError } from '@bnrnn/core';

/**
 * Trained numbers of a model, without building it.
 *
 *   embedding V·E + softmax H·V + V + each layer's and direction's W, U, biases, peepholes, gains and shifts
 *
 * @throws UsageError for a layer that no preset has.
 */
export function parameterCount(spec: ModelSpec): number {
  const classifies = spec.kind === 'frameClassifier';
  const classes = classifies ? spec.classes : spec.vocabulary;
  let inputs = classifies ? spec.features : spec.embedding;
  let count = classifies ? 0 : classes * inputs;
  for (const layer of spec.layers) {
    count += layerCount(layer, inputs);
    inputs = unitsOf(layer);
  }
  return count + inputs * classes + classes;
}

type CellSpec = LstmSpec | RnnSpec | GruSpec;

function unitsOf(layer: LayerSpec): number {
  if (layer.kind === 'stack') throw unknown(layer);
  if (layer.kind !== 'bidirectional') return layer.units;
  return layer.merge === 'concat' ? 2 * layer.layer.units : layer.layer.units;
}

function layerCount(layer: LayerSpec, inputs: number): number {
  if (layer.kind === 'stack') throw unknown(layer);
  if (layer.kind !== 'bidirectional') return cellCount(layer, inputs);
  const { inputToHidden } = layer.layer.normalize;
  const isShared = layer.statistics === 'shared' && inputToHidden !== undefined;
  return 2 * cellCount(layer.layer, inputs) - (isShared ? 2 * widthOf(layer.layer) : 0);
}

function unknown({ kind }: LayerSpec): UsageError {
  return new UsageError(`parameterCount: cannot count a "${kind}" layer.`);
}

function widthOf({ kind, units }: CellSpec): number {
  return gateCounts[kind] * units;
}

function cellCount(layer: CellSpec, inputs: number): number {
  const { units } = layer;
  const wide = widthOf(layer);
  const peepholes =
    layer.kind === 'lstm' ? { none: 0, output: 1, all: 3 }[layer.peepholes] * units : 0;
  return inputs * wide + units * wide + peepholes + vectors(layer, wide);
}

/** Biases, gains and shifts: a shift stands where its placement makes a bias useless. */
function vectors({ normalize, biases, units }: CellSpec, wide: number): number {
  const { inputToHidden, hiddenToHidden, preActivation, cell } = normalize;
  const at = (spec: { kind: string } | undefined) => spec !== undefined && spec.kind !== 'none';
  const gains = [inputToHidden, hiddenToHidden, preActivation].filter(at).length * wide;
  const ofCell = at(cell) ? 2 * units : 0;
  // One shift or one bias is left wherever W·x or the sum is normalized.
  const shifts = at(inputToHidden) || at(preActivation) ? 1 : biases;
  return shifts * wide + gains + ofCell;
}
