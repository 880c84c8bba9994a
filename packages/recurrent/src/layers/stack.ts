import { expectNumber, UsageError } from '@bnrnn/core';
import { tidyResult } from '../tidyResult';
import { applyInOrder, placesInOrder } from './applyInOrder';
import type { Layer } from './layer';

export interface StackOptions {
  /** The dropped share between two layers, while training; default 0. */
  readonly dropout?: number;
}

/**
 * Layers one above the other as one layer, with dropout between them.
 *
 * @throws UsageError without a layer, or for a dropped share outside [0, 1).
 * @see Zaremba, Sutskever, Vinyals 2014, section 3.1: dropout on the way up, never on h to h.
 */
export function stack(layers: readonly Layer[], options: StackOptions = {}): Layer {
  const { dropout = 0 } = options;
  expectNumber('stack: dropout', dropout, { min: 0, below: 1 });
  const top = layers.at(-1);
  if (top === undefined) throw new UsageError('stack: layers is empty, expected at least one.');

  return {
    spec: { kind: 'stack', layers: layers.map(({ spec }) => spec), dropout },
    units: top.units,
    causal: layers.every(({ causal }) => causal),
    stateSize: layers.reduce((size, layer) => size + layer.stateSize, 0),
    parameters: (place) =>
      new Map(
        placesInOrder(layers, place).flatMap((own, k) => [...(layers[k] as Layer).parameters(own)]),
      ),
    normalizers: (path) =>
      new Map(layers.flatMap((layer, k) => [...layer.normalizers(`${path}.${k}`)])),
    initialState: (batch) => layers.flatMap((layer) => layer.initialState(batch)),
    fold(context) {
      const folded = layers.map((layer, k) =>
        layer.fold({ ...context, path: `${context.path}.${k}` }),
      );
      return {
        layer: stack(
          folded.map(({ layer }) => layer),
          { dropout },
        ),
        parameters: Object.fromEntries(
          folded.flatMap(({ parameters }) => Object.entries(parameters)),
        ),
        left: folded.flatMap(({ left }) => left),
      };
    },
    apply: (x, state, context) =>
      tidyResult(() =>
        applyInOrder(
          layers,
          x,
          state,
          context,
          (hidden, k) =>
            context.dropout?.(hidden, dropout, `${context.path}.dropout.${k}`) ?? hidden,
        ),
      ),
  };
}
