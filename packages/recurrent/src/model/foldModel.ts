import { clone, dispose } from '@tensorflow/tfjs-core';
import type { Layer } from '../layers/layer';
import { tidyResult } from '../tidyResult';
import type { FoldedModel, SequenceModel } from './sequenceModel';

/**
 * The model that computes in mode `stored` what another one does, with as few normalizers as can be.
 *
 * @param layers   of the model.
 * @param rebuild  makes the model of other layers, with any weights.
 * @param first    the path of a normalizer of the first layer's input.
 */
export function foldModel(
  { parameters, statistics }: Pick<SequenceModel, 'parameters' | 'statistics'>,
  layers: readonly Layer[],
  rebuild: (layers: readonly Layer[]) => SequenceModel,
  first?: string,
): FoldedModel {
  const folded = layers.map((layer, k) =>
    tidyResult(() => layer.fold({ path: `layers.${k}`, parameters, statistics })),
  );
  const made = Object.fromEntries(folded.flatMap(({ parameters: own }) => Object.entries(own)));
  try {
    const model = rebuild(folded.map(({ layer }) => layer));
    for (const [path, parameter] of model.parameters) {
      const value = made[path] ?? parameters.get(path);
      if (value !== undefined) parameter.assign(value);
    }
    model.setStatistics(
      new Map(
        [...model.statistics.keys()].map((path) => [
          path,
          Object.fromEntries(
            Object.entries(statistics.get(path) ?? {}).map(([name, each]) => [name, clone(each)]),
          ),
        ]),
      ),
    );
    const reason = 'the input of the first layer is no product, whose weights could take it up';
    const below = first === undefined ? [] : [{ path: first, reason }];
    return { model, left: [...below, ...folded.flatMap(({ left }) => left)] };
  } finally {
    dispose(made);
  }
}
