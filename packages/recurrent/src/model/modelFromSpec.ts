import { expectOneOf } from '@bnrnn/core';
import { normalizerFromSpec } from '@bnrnn/normalization';
import { layerFromSpec, type FromSpecOptions } from '../layers/layerFromSpec';
import { frameClassifier } from './frameClassifier';
import { languageModel } from './languageModel';
import type { ModelSpec } from './modelSpec';
import type { SequenceModel } from './sequenceModel';

export interface ModelFromSpecOptions extends FromSpecOptions {
  readonly seed: number;
}

/**
 * The model that a spec describes, with the weights that the seed draws.
 *
 * @throws UsageError for a kind that does not exist and for whatever its parts refuse.
 */
export function modelFromSpec(
  spec: ModelSpec,
  { seed, strategies = [] }: ModelFromSpecOptions,
): SequenceModel {
  expectOneOf('model.kind', spec.kind, ['languageModel', 'frameClassifier']);
  const layers = spec.layers.map((layer) => layerFromSpec(layer, { strategies }));
  if (spec.kind === 'frameClassifier') return frameClassifier({ ...spec, layers, seed });
  const { normalizeEmbedding, ...rest } = spec;
  return languageModel({
    ...rest,
    ...{ layers, seed },
    ...(normalizeEmbedding && {
      normalizeEmbedding: normalizerFromSpec(normalizeEmbedding, {
        strategies,
        where: 'languageModel: normalizeEmbedding',
      }),
    }),
  });
}
