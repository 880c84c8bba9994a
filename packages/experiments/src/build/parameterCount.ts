import { UsageError } from '@bnrnn/core';
import {
  normalizerFromSpec,
  type NormalizerSpec,
  type NormalizerStrategy,
} from '@bnrnn/normalization';
import type {
  GruSpec,
  LanguageModelSpec,
  LayerSpec,
  LstmSpec,
  ModelSpec,
  RnnSpec,
} from '@bnrnn/recurrent';
import { gateCounts } from '@bnrnn/tensor-backend';
import { dispose } from '@tensorflow/tfjs-core';

/**
 * Trained numbers of a model, without building it.
 *
 *   embedding V·E + softmax H·V + V + each layer's and direction's W, U, biases, peepholes, gains and shifts
 *
 * @param strategies  of the user's own; a backend has to run where the model has one.
 * @throws UsageError for a layer that no preset has.
 */
export function parameterCount(
  spec: ModelSpec,
  strategies: readonly NormalizerStrategy[] = [],
): number {
  const classifies = spec.kind === 'frameClassifier';
  const classes = classifies ? spec.classes : spec.vocabulary;
  let inputs = classifies ? spec.features : spec.embedding;
  let count = classifies ? 0 : classes * inputs + embeddingNormalizer(spec, strategies);
  for (const layer of spec.layers) {
    count += layerCount(layer, inputs, strategies);
    inputs = unitsOf(layer);
  }
  return count + inputs * classes + classes;
}

function embeddingNormalizer(
  { embedding, normalizeEmbedding }: LanguageModelSpec,
  strategies: readonly NormalizerStrategy[],
): number {
  if (normalizeEmbedding === undefined) return 0;
  return trainedBy(normalizeEmbedding, embedding, true, strategies);
}

type CellSpec = LstmSpec | RnnSpec | GruSpec;

function unitsOf(layer: LayerSpec): number {
  if (layer.kind === 'stack') throw unknown(layer);
  if (layer.kind !== 'bidirectional') return layer.units;
  return layer.merge === 'concat' ? 2 * layer.layer.units : layer.layer.units;
}

function layerCount(
  layer: LayerSpec,
  inputs: number,
  strategies: readonly NormalizerStrategy[],
): number {
  if (layer.kind === 'stack') throw unknown(layer);
  if (layer.kind !== 'bidirectional') return cellCount(layer, inputs, strategies);
  const { inputToHidden } = layer.layer.normalize;
  const twice = 2 * cellCount(layer.layer, inputs, strategies);
  if (layer.statistics !== 'shared' || inputToHidden === undefined) return twice;
  return twice - trainedBy(inputToHidden, widthOf(layer.layer), true, strategies);
}

function unknown({ kind }: LayerSpec): UsageError {
  return new UsageError(`parameterCount: cannot count a "${kind}" layer.`);
}

function widthOf({ kind, units }: CellSpec): number {
  return gateCounts[kind] * units;
}

function cellCount(
  layer: CellSpec,
  inputs: number,
  strategies: readonly NormalizerStrategy[],
): number {
  const { units } = layer;
  const wide = widthOf(layer);
  const peepholes =
    layer.kind === 'lstm' ? { none: 0, output: 1, all: 3 }[layer.peepholes] * units : 0;
  return inputs * wide + units * wide + peepholes + vectors(layer, wide, strategies);
}

/** Biases and what normalizers train: a shift stands where its placement makes a bias useless. */
function vectors(
  { normalize, biases, units }: CellSpec,
  wide: number,
  strategies: readonly NormalizerStrategy[],
): number {
  const used = Object.entries(normalize).filter(([, { kind }]) => kind !== 'none');
  // What normalizes weights leaves the bias where it is.
  const names = used
    .filter(([, spec]) => normalizerFromSpec(spec, { strategies }).mapWeights === undefined)
    .map(([placement]) => placement);
  const shifted = ['preActivation', 'inputToHidden'].find((name) => names.includes(name));
  return used.reduce(
    (count, [placement, spec]) => {
      const ofHidden = placement === 'cell' || placement === 'hiddenToOutput';
      const [features, shift] = ofHidden ? [units, true] : [wide, placement === shifted];
      return count + trainedBy(spec, features, shift, strategies);
    },
    shifted === undefined ? biases * wide : 0,
  );
}

/** Gain and shift of a built-in strategy; what a strategy of the user's own makes. */
function trainedBy(
  spec: NormalizerSpec,
  features: number,
  shift: boolean,
  strategies: readonly NormalizerStrategy[],
): number {
  if (!strategies.some(({ kind }) => kind === spec.kind)) return (shift ? 2 : 1) * features;
  const { parameters, statistics } = normalizerFromSpec(spec, { strategies }).init(features, {
    shift,
  });
  dispose([parameters, statistics]);
  return Object.values(parameters).reduce((sum, { size }) => sum + size, 0);
}
