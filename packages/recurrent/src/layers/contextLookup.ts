import { UsageError } from '@bnrnn/core';
import type { NamedTensors } from '@bnrnn/normalization';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayerContext } from './layer';

/** What the normalizer of a path trains, by its own names, e.g. gain and shift; empty where nothing. */
export function trainedAt(path: string, { parameters }: LayerContext): NamedTensors {
  const prefix = `${path}.`;
  return Object.fromEntries(
    [...parameters]
      .filter(([whole]) => whole.startsWith(prefix))
      .map(([whole, parameter]) => [whole.slice(prefix.length), parameter]),
  );
}

/** The statistics of the normalizer of a path; empty where it keeps none. */
export function statisticsAt(path: string, { statistics }: LayerContext): NamedTensors {
  return statistics.get(path) ?? {};
}

/** @throws UsageError where the parameters lack a path. */
export function parameterAt(parameters: ReadonlyMap<string, Variable>, path: string): Variable {
  const parameter = parameters.get(path);
  if (parameter !== undefined) return parameter;
  throw new UsageError(`${path} is missing among the parameters that a layer was given.`, {
    hint: 'Were they made by another layer, or under another path?',
  });
}
