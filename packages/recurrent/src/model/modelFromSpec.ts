import { expectOneOf } from '@bnrnn/core';
import { layerFromSpec } from '../layers/layerFromSpec';
import { frameClassifier } from './frameClassifier';
import { languageModel } from './languageModel';
import type { ModelSpec } from './modelSpec';
import type { SequenceModel } from './sequenceModel';

/**
 * The model that a spec describes, with the weights that the seed draws.
 *
 * @throws UsageError for a kind that does not exist and for whatever its parts refuse.
 */
export function modelFromSpec(spec: ModelSpec, { seed }: { readonly seed: number }): SequenceModel {
  expectOneOf('model.kind', spec.kind, ['languageModel', 'frameClassifier']);
  const layers = spec.layers.map(layerFromSpec);
  return spec.kind === 'languageModel'
    ? languageModel({ ...spec, layers, seed })
    : frameClassifier({ ...spec, layers, seed });
}
