import type { NamedTensors } from '@bnrnn/normalization';
import {
  array64,
  filled,
  fromTensor,
  map64,
  type oracle,
  toTensor,
  type Array64,
} from '@bnrnn/test-utils';
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
export function startStatistics(layer: Layer, inputs = 3): Map<string, NamedTensors> {
  const place = { path, inputs, initializer: { kind: 'zeros' }, seed: 1 } as const;
  const made = layer.parameters(place);
  const started = [...layer.normalizers(path)].map(([name, { normalizer, features, ...at }]) => {
    const weights = (at.weights && made.get(at.weights)) as Variable<Rank.R2> | undefined;
    const { parameters, statistics } = normalizer.init(features, { shift: false, weights });
    dispose(parameters);
    return [name, statistics] as const;
  });
  for (const parameter of made.values()) parameter.dispose();
  return new Map(started.filter(([, statistics]) => Object.keys(statistics).length > 0));
}

/** Distinct running statistics for each normalizer of a layer, under which its gradient is a derivative. */
export function layerStatistics(layer: Layer, seed: number): Map<string, NamedTensors> {
  return new Map(
    [...startStatistics(layer)].map(([path, start], k) => {
      const values = Object.entries(start).map(([name, { shape }]) => {
        return [name, toTensor(statisticOf(name, shape, seed + k))];
      });
      dispose(start);
      return [path, Object.fromEntries(values) as NamedTensors];
    }),
  );
}

/** Means near 0, variances above 0, squares near I; counters, sums and controls of the backward pass as they begin. */
export function statisticOf(name: string, shape: readonly number[], seed: number): Array64 {
  if (name === 'mean') return filled(shape, seed + 200, -0.4, 0.4);
  if (name === 'variance') return filled(shape, seed + 300, 0.3, 1.2);
  if (name !== 'covariance' && name !== 'matrix') return array64(shape);
  const size = shape.at(-1)!;
  const noise = filled(shape, seed + 400, -0.05, 0.05);
  return map64(noise, (value, i) => {
    const [row, column] = [Math.floor(i / size) % size, i % size];
    const mirrored = i + (column - row) * size - (column - row);
    return Number(row === column) + value + noise.data[mirrored]!;
  });
}

/** The statistics of normalizers as float64, by path. */
export function statisticsArrays(
  statistics: ReadonlyMap<string, NamedTensors>,
): Record<string, oracle.NamedArrays> {
  return Object.fromEntries(
    [...statistics].map(([path, tensors]) => {
      const values = Object.entries(tensors).map(([name, tensor]) => [name, fromTensor(tensor)]);
      return [path, Object.fromEntries(values) as oracle.NamedArrays];
    }),
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
