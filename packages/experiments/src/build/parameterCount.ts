import { builtInShapes, normalizerFromSpec, type NormalizerStrategy } from '@bnrnn/normalization';
import {
  cellShapes,
  describeCells,
  normalizersFromSpecs,
  placedIn,
  type DescribedCell,
  type LanguageModelSpec,
  type ModelSpec,
  type PlacedShape,
} from '@bnrnn/recurrent';
import { dispose, zeros, type Rank } from '@tensorflow/tfjs-core';

/**
 * Trained numbers of a model, without building it.
 *
 *   embedding V·E + softmax H·V, unless tied, + V + each layer's and direction's W, U, biases, peepholes and normalizers
 *
 * @param strategies  of the user's own; a backend has to run where the model has one.
 */
export function parameterCount(
  spec: ModelSpec,
  strategies: readonly NormalizerStrategy[] = [],
): number {
  const classifies = spec.kind === 'frameClassifier';
  const classes = classifies ? spec.classes : spec.vocabulary;
  const inputs = classifies ? spec.features : spec.embedding;
  const { cells, units } = describeCells(spec.layers, 'layers', inputs);
  const below = classifies ? 0 : classes * inputs + embeddingNormalizer(spec, strategies);
  const inCells = cells.map((cell) => cellCount(cell, strategies));
  const own = classifies || spec.tied !== true ? units * classes : 0;
  return sum(inCells) + below + own + classes;
}

function embeddingNormalizer(
  { embedding, normalizeEmbedding: spec }: LanguageModelSpec,
  strategies: readonly NormalizerStrategy[],
): number {
  if (spec === undefined) return 0;
  const normalizer = normalizerFromSpec(spec, { strategies });
  return trainedBy({ normalizer, features: embedding, shift: true }, 0);
}

function cellCount(
  { spec, inputs, direction, both }: DescribedCell,
  strategies: readonly NormalizerStrategy[],
): number {
  const normalize = normalizersFromSpecs(spec.normalize, strategies);
  const own = cellShapes(spec, normalize, inputs).map(({ shape }) => sizeOf(shape));
  // What both directions share is counted with the first.
  const counted =
    direction === 'backward' && both?.statistics === 'shared' ? ['inputToHidden'] : [];
  const trained = placedIn(spec, normalize)
    .filter(({ placement }) => !counted.includes(placement))
    .map((placed) => trainedBy(placed, weightRows(placed, spec.units, inputs)));
  return sum([...own, ...trained]);
}

/** The rows of the weights whose product a normalizer stands on; 0 where there is no product. */
function weightRows({ product }: PlacedShape, units: number, inputs: number): number {
  if (product === undefined) return 0;
  return product === 'input' ? inputs : units;
}

/** What a normalizer trains: a strategy of the user's own is asked to make it. */
function trainedBy(
  { normalizer, features, shift }: Pick<PlacedShape, 'normalizer' | 'features' | 'shift'>,
  rows: number,
): number {
  const known = builtInShapes(normalizer.spec.kind, features, { shift });
  if (known !== undefined) return sum(Object.values(known).map(sizeOf));
  const weights = rows === 0 ? undefined : zeros<Rank.R2>([rows, features]);
  const { parameters, statistics } = normalizer.init(features, { shift, weights });
  dispose([parameters, statistics]);
  weights?.dispose();
  return sum(Object.values(parameters).map(({ size }) => size));
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
