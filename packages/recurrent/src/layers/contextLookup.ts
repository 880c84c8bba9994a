import { UsageError } from '@bnrnn/core';
import type { NormalizerWeights } from '@bnrnn/normalization';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayerContext } from './layer';

/** The gain and shift that a context holds for a normalizer's path; absent where it has none. */
export function weightsAt(path: string, { parameters }: LayerContext): NormalizerWeights {
  const gain = parameters.get(`${path}.gain`);
  const shift = parameters.get(`${path}.shift`);
  return { ...(gain && { gain }), ...(shift && { shift }) };
}

/** @throws UsageError where the parameters lack a path. */
export function parameterAt(parameters: ReadonlyMap<string, Variable>, path: string): Variable {
  const parameter = parameters.get(path);
  if (parameter !== undefined) return parameter;
  throw new UsageError(`${path} is missing among the parameters that a layer was given.`, {
    hint: 'Were they made by another layer, or under another path?',
  });
}
