import { expectOneOf, UsageError } from '@bnrnn/core';
import type { Measured } from '@bnrnn/normalization';
import {
  add,
  concat,
  split,
  type Tensor,
  type Tensor3D,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { State } from './state';
import { tidyResult } from '../tidyResult';
import { belowPath, cellLayer, type CellLayer } from './cellLayer';
import { foldCell } from './foldCell';
import type { Layer, LayerContext, LayerResult } from './layer';
import type { BidirectionalSpec } from './layerSpec';
import { measureInput } from './measureInput';
import { normalizeSteps, type NormalizedSteps } from './normalizeSteps';
import { activationNormalizer } from './placedNormalizers';
import { runBothDirections } from './runCell';

export interface BidirectionalOptions {
  /** Default `concat`: [forward, backward] side by side. */
  readonly merge?: BidirectionalSpec['merge'];
  /**
   * Default `per direction`. `shared`: one normalizer on W·x (gain, shift and statistics) serves both
   * directions, and the rows of both count.
   */
  readonly statistics?: BidirectionalSpec['statistics'];
}

/**
 * Runs a layer over time in both directions, with weights of its own for each.
 *
 *   →h = scan(x)   ←h = scan from the last real step   y = [→h, ←h] or →h + ←h
 *
 * Inside the recurrence, statistics kept per time step count steps in the order they are taken.
 *
 * @throws UsageError for a layer that is not lstm, rnn or gru, and for shared statistics without a
 * normalizer on W·x or with one inside the recurrence.
 * @see docs/paper-map.md#speech; Schuster, Paliwal 1997.
 */
export function bidirectional(layer: CellLayer, options: BidirectionalOptions = {}): Layer {
  const { merge = 'concat', statistics = 'per direction' } = options;
  expectOneOf('bidirectional: merge', merge, ['concat', 'sum']);
  expectOneOf('bidirectional: statistics', statistics, ['per direction', 'shared']);
  expectOneOf('bidirectional: layer.kind', layer.spec.kind, ['lstm', 'rnn', 'gru']);
  const shared = statistics === 'shared';
  if (shared) expectShareable(layer);
  const { units, stateSize } = layer;

  return {
    spec: { kind: 'bidirectional', layer: layer.spec, merge, statistics },
    units: merge === 'concat' ? 2 * units : units,
    causal: false,
    stateSize: 2 * stateSize,
    parameters(place) {
      const [forward, backward] = directions.map((direction) =>
        layer.parameters({ ...place, path: `${place.path}.${direction}` }),
      ) as [Map<string, Variable>, Map<string, Variable>];
      const both = shared ? shareNormalizer(place.path, forward, backward) : [];
      return new Map([...forward, ...backward, ...both]);
    },
    normalizers(path) {
      if (shared) return layer.normalizers(path);
      return new Map(
        directions.flatMap((direction) => [...layer.normalizers(`${path}.${direction}`)]),
      );
    },
    initialState: (batch) => [...layer.initialState(batch), ...layer.initialState(batch)],
    apply: (x, state, context) =>
      tidyResult(() => {
        const contexts = directions.map((direction) => ({
          ...context,
          path: `${context.path}.${direction}`,
        })) as [LayerContext, LayerContext];
        const states = [state.slice(0, stateSize), state.slice(stateSize)] as [State, State];
        const projected = contexts.map((direction) => layer.project(x, direction));
        const { inputs, measured } = shared
          ? normalizeTogether(layer, projected, context)
          : normalizeApart(layer, projected, contexts);
        const { spec, normalize } = layer;
        const scanned = runBothDirections(spec, normalize, inputs, states, contexts);
        const [forward, backward] = scanned.map((result, k) =>
          layer.sendUp(result, contexts[k] as LayerContext),
        ) as [LayerResult, LayerResult];
        return {
          hidden:
            merge === 'concat'
              ? concat([forward.hidden, backward.hidden], 2)
              : add(forward.hidden, backward.hidden),
          state: [...forward.state, ...backward.state],
          measured: {
            ...measured,
            ...measureInput(normalize, x, contexts[0]),
            ...measureInput(normalize, x, contexts[1]),
            ...forward.measured,
            ...backward.measured,
          },
        };
      }),
    fold(context) {
      const { path } = context;
      const paths = directions.map((direction) => `${path}.${direction}`);
      const owner = shared ? path : undefined;
      const folded = foldCell(layer.spec, layer.normalize, context, paths, owner);
      const isPlain = folded.normalize.inputToHidden === undefined;
      return {
        layer: bidirectional(cellLayer(folded.spec, folded.normalize), {
          merge,
          statistics: isPlain ? 'per direction' : statistics,
        }),
        parameters: Object.assign(
          {},
          ...paths.map((own, k) => belowPath(own, folded.parameters[k])),
        ) as Record<string, Tensor>,
        left: folded.left,
      };
    },
  };
}

const directions = ['forward', 'backward'] as const;

interface DirectedInputs {
  readonly inputs: readonly [Tensor3D, Tensor3D];
  readonly measured: Readonly<Record<string, Measured>>;
}

function normalizeApart(
  { normalize }: CellLayer,
  projected: readonly Tensor3D[],
  contexts: readonly [LayerContext, LayerContext],
): DirectedInputs {
  const [forward, backward] = contexts.map((context, k) =>
    normalizeSteps(
      activationNormalizer('inputToHidden', normalize),
      `${context.path}.inputToHidden`,
      projected[k] as Tensor3D,
      context,
    ),
  ) as [NormalizedSteps, NormalizedSteps];
  return {
    inputs: [forward.y, backward.y],
    measured: { ...forward.measured, ...backward.measured },
  };
}

/** Lays the directions side by side along the batch, so that the rows of both count. */
function normalizeTogether(
  { normalize }: CellLayer,
  projected: readonly Tensor3D[],
  context: LayerContext,
): DirectedInputs {
  const { lengths, ranks } = context;
  const rows = concat([...projected], 1); // [time, 2·batch, features]
  const path = `${context.path}.inputToHidden`;
  const { y, measured } = normalizeSteps(normalize.inputToHidden, path, rows, {
    ...context,
    lengths: lengths && { ...lengths, each: Int32Array.of(...lengths.each, ...lengths.each) },
    ranks: ranks && { ...ranks, rows: ranks.rows.map((count) => 2 * count) },
  });
  return { inputs: split(y, 2, 1) as [Tensor3D, Tensor3D], measured };
}

/** Moves what the normalizer of W·x trains from the directions to the pair. */
function shareNormalizer(
  path: string,
  forward: Map<string, Variable>,
  backward: Map<string, Variable>,
): [string, Variable][] {
  const moved: [string, Variable][] = [];
  for (const [whole, kept] of [...forward]) {
    const name = whole.slice(`${path}.forward.`.length);
    if (!name.startsWith('inputToHidden.')) continue;
    moved.push([`${path}.${name}`, kept]);
    forward.delete(whole);
    backward.get(`${path}.backward.${name}`)?.dispose();
    backward.delete(`${path}.backward.${name}`);
  }
  return moved;
}

function expectShareable({ normalize }: CellLayer): void {
  const placements = Object.keys(normalize);
  const onInputs = normalize.inputToHidden;
  if (onInputs?.mapWeights !== undefined) {
    throw new UsageError(
      `bidirectional: statistics are "shared" with the strategy "${onInputs.spec.kind}", which normalizes weights, and each direction has its own.`,
      { hint: "Use statistics: 'per direction'." },
    );
  }
  if (placements.length === 1 && placements[0] === 'inputToHidden') return;
  const found = placements.length === 0 ? 'none' : placements.join(' and ');
  throw new UsageError(
    `bidirectional: statistics are "shared" with normalizers at ${found}, expected inputToHidden alone.`,
    { hint: "Use statistics: 'per direction'." },
  );
}
