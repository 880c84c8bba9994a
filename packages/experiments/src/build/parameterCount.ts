import type { LanguageModelSpec, LayerSpec } from '@bnrnn/recurrent';
import { UsageError } from '@bnrnn/core';

/**
 * Trained numbers of a language model, without building it.
 *
 *   embedding V·E + softmax H·V + V + each layer's W, U, biases, peepholes, gains and shifts
 *
 * @throws UsageError for a layer that no preset has.
 */
export function parameterCount(spec: LanguageModelSpec): number {
  const { vocabulary, embedding, layers } = spec;
  let inputs = embedding;
  let count = vocabulary * embedding;
  for (const layer of layers) {
    count += layerCount(layer, inputs);
    inputs = unitsOf(layer);
  }
  return count + inputs * vocabulary + vocabulary;
}

function unitsOf(layer: LayerSpec): number {
  if ('units' in layer) return layer.units;
  throw new UsageError(`parameterCount: cannot count a "${layer.kind}" layer of a language model.`);
}

function layerCount(layer: LayerSpec, inputs: number): number {
  const units = unitsOf(layer);
  const gates = layer.kind === 'lstm' ? 4 : layer.kind === 'gru' ? 3 : 1;
  const wide = gates * units;
  const peepholes =
    layer.kind === 'lstm' ? { none: 0, output: 1, all: 3 }[layer.peepholes] * units : 0;
  return inputs * wide + units * wide + peepholes + vectors(layer, wide, units);
}

/** Biases, gains and shifts: a shift stands where its placement makes a bias useless. */
function vectors(layer: LayerSpec, wide: number, units: number): number {
  if (!('normalize' in layer)) return 0;
  const { inputToHidden, hiddenToHidden, preActivation, cell } = layer.normalize;
  const at = (spec: { kind: string } | undefined) => spec !== undefined && spec.kind !== 'none';
  const gains = [inputToHidden, hiddenToHidden, preActivation].filter(at).length * wide;
  const ofCell = at(cell) ? 2 * units : 0;
  // One shift or one bias is left wherever W·x or the sum is normalized.
  const biases = at(inputToHidden) || at(preActivation) ? 1 : layer.biases;
  return biases * wide + gains + ofCell;
}
