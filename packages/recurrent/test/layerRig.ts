import type { NamedTensors } from '@bnrnn/normalization';
import { filled, fromTensor, toTensor, toTensor2D, type Array64 } from '@bnrnn/test-utils';
import { dispose, variable, type Rank, type Tensor3D, type Variable } from '@tensorflow/tfjs-core';
import type { Layer, LayerContext, LayerPlace, LayerResult, State } from '@bnrnn/recurrent';
import { applyInOrder, placesInOrder } from '../src/layers/applyInOrder';

/** Layers one above the other, as a model runs them, without dropout. */
export function inOrder(layers: readonly Layer[]) {
  return {
    parameters: (place: LayerPlace): Map<string, Variable> =>
      new Map(
        placesInOrder(layers, place).flatMap((own, k) => [...(layers[k] as Layer).parameters(own)]),
      ),
    apply: (x: Tensor3D, state: State, context: LayerContext): LayerResult =>
      applyInOrder(layers, x, state, context, (hidden) => hidden),
  };
}

/** Everything a layer is called with, as float64 arrays by name: 'x', 'state.0', parameter paths. */
export type Arrays = Record<string, Array64>;

export interface RigOptions {
  readonly inputs: number;
  readonly time: number;
  readonly batch: number;
  readonly seed: number;
}

export const path = 'layer';

/** Distinct values for x, the state and every parameter of a layer; gains around 1. */
export function layerArrays(layer: Layer, { inputs, time, batch, seed }: RigOptions): Arrays {
  const arrays: Arrays = { x: filled([time, batch, inputs], seed) };
  const state = layer.initialState(batch);
  state.forEach((tensor, k) => (arrays[`state.${k}`] = filled(tensor.shape, seed + 1 + k)));
  dispose([...state]);
  const place = { path, inputs, initializer: { kind: 'zeros' }, seed } as const;
  const parameters = layer.parameters(place);
  [...parameters].forEach(([name, { shape }], k) => {
    const [low, high] = name.endsWith('.gain') ? [0.5, 1.5] : [-0.7, 0.7];
    arrays[name] = filled(shape, seed + 100 + k, low, high);
  });
  for (const parameter of parameters.values()) parameter.dispose();
  return arrays;
}

/** The statistics that a layer starts with, of the normalizers that keep any. */
export function startStatistics(layer: Layer): Map<string, NamedTensors> {
  return new Map(
    [...layer.normalizers(path)].flatMap(([name, { normalizer, features }]) => {
      const { parameters, statistics } = normalizer.init(features, { shift: false });
      dispose(parameters);
      return Object.keys(statistics).length === 0 ? [] : [[name, statistics]];
    }),
  );
}

/** Distinct running statistics for each batch normalizer of a layer; variances above 0. */
export function layerStatistics(layer: Layer, seed: number): Map<string, NamedTensors> {
  return new Map(
    [...startStatistics(layer)].map(([name, start], k) => {
      const { shape } = start['mean']!;
      dispose(start);
      return [
        name,
        {
          mean: toTensor2D(filled(shape, seed + 200 + k, -0.4, 0.4)),
          variance: toTensor2D(filled(shape, seed + 300 + k, 0.3, 1.2)),
        },
      ];
    }),
  );
}

/** The statistics of a normalizer as float64. */
export function statisticsArrays(
  statistics: ReadonlyMap<string, NamedTensors>,
): Record<string, { mean: Array64; variance: Array64 }> {
  return Object.fromEntries(
    [...statistics].map(([name, { mean, variance }]) => [
      name,
      { mean: fromTensor(mean!), variance: fromTensor(variance!) },
    ]),
  );
}

export interface LayerVariables {
  readonly all: Readonly<Record<string, Variable>>;
  readonly run: (context: Omit<LayerContext, 'path' | 'parameters'>) => LayerResult;
}

/** The arrays as variables, and the layer run on them. */
export function layerVariables(layer: Layer, arrays: Arrays): LayerVariables {
  const all = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      const start = toTensor(array);
      const made = variable(start);
      start.dispose();
      return [name, made];
    }),
  );
  const parameters = new Map(Object.entries(all).filter(([name]) => name.startsWith(path)));
  const state = Array.from(
    { length: layer.stateSize },
    (_, k) => all[`state.${k}`] as Variable<Rank.R2>,
  );
  return {
    all,
    run: (context) =>
      layer.apply(all['x'] as Variable<Rank.R3>, state, {
        ...context,
        path,
        parameters,
      }),
  };
}
