import {
  expectNumber,
  randomStream,
  rowsOfEachStep,
  type BatchPart,
  type Lengths,
  type Unit,
} from '@bnrnn/core';
import { refuseUnsummed, type Normalizer, type Ranks } from '@bnrnn/normalization';
import { dropout, product } from '@bnrnn/tensor-backend';
import {
  add,
  reshape,
  transpose,
  type Rank,
  type Tensor2D,
  type Tensor3D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { checkInitializer } from '../initialize/checkInitializer';
import type { InitializerSpec } from '../initialize/initializer';
import { newMatrix, newVariable } from '../initialize/newVariable';
import { applyInOrder, placesInOrder } from '../layers/applyInOrder';
import type {
  Layer,
  LayerContext,
  LayerResult,
  PlacedNormalizer,
  RanksOfBatch,
} from '../layers/layer';
import { normalizeSteps } from '../layers/normalizeSteps';
import { normalizerParameters } from '../layers/placedNormalizers';
import { tidyResult } from '../tidyResult';
import { expectState, expectStepwise } from './expectations';
import { foldModel } from './foldModel';
import type { ModelSpec } from './modelSpec';
import type {
  ForwardOptions,
  Head,
  SequenceInputs,
  SequenceModel,
  StepInput,
} from './sequenceModel';
import { modelStatistics } from './modelStatistics';
import { renewModel } from './renewModel';
import type { State } from '../layers/state';

/** Where a language model and a frame classifier differ. */
export interface ModelParts {
  readonly spec: ModelSpec;
  readonly unit: Unit;
  readonly seed: number;
  readonly initializer: InitializerSpec;
  readonly layers: readonly Layer[];
  /** Width of the first layer's input. */
  readonly width: number;
  readonly classes: number;
  /** The dropped share of the first layer's input, between layers, and of the head's input. */
  readonly dropout: number;
  /** The embedding, where the head has it for its weights: [classes, units]. */
  readonly tied?: Variable<Rank.R2> | undefined;
  /** The parameters below the first layer. */
  readonly below: ReadonlyMap<string, Variable>;
  /** The normalizer of the first layer's input, before its dropout. */
  readonly first?: { readonly path: string; readonly normalizer: Normalizer };
  /** Checks one window and reads it; what it makes is freed. */
  read(
    caller: string,
    inputs: SequenceInputs,
  ): {
    x: Tensor3D;
    lengths?: Lengths | undefined;
  };
  /** The same model of other layers, with weights of their own. */
  rebuild(layers: readonly Layer[]): SequenceModel;
  /** One step's input as a window of one step. */
  asWindow(input: StepInput): SequenceInputs;
}

type RunOptions = Pick<LayerContext, 'mode' | 'statistics' | 'position'> & {
  /** The training step whose masks drop units; absent: nothing is dropped. */
  readonly dropAt?: number;
  readonly part?: ForwardOptions['part'];
  readonly collective?: ForwardOptions['collective'];
};

/** Puts a model together: what reads the inputs, layers one above the other, a linear head. */
export function assembleModel(parts: ModelParts): SequenceModel {
  const { spec, unit, seed, initializer, layers, classes, first } = parts;
  const name = spec.kind;
  expectNumber(`${name}: seed`, seed, { integer: true, min: 0 });
  checkInitializer(name, initializer);
  const place = { path: 'layers', inputs: parts.width, initializer, seed };
  const units = (layers.at(-1) as Layer).units;
  const head: Head = {
    weights: parts.tied ?? newMatrix('softmax.weights', seed, initializer, [units, classes]),
    transposed: parts.tied !== undefined,
    bias: newVariable('softmax.bias', seed, initializer, { shape: [classes], role: 'matrix' }),
  };
  const parameters = new Map<string, Variable>([
    ...parts.below,
    ...(first ? normalizerParameters(first, parts.width) : []),
    ...placesInOrder(layers, place).flatMap((own, k) => [...(layers[k] as Layer).parameters(own)]),
    ...(head.transposed ? [] : [['softmax.weights', head.weights] as const]),
    ['softmax.bias', head.bias],
  ]);
  const placed = new Map<string, PlacedNormalizer>([
    ...(first ? [[first.path, { ...first, features: parts.width }] as const] : []),
    ...layers.flatMap((layer, k) => [...layer.normalizers(`layers.${k}`)]),
  ]);
  const normalizers = new Map([...placed].map(([path, { normalizer }]) => [path, normalizer]));
  const kept = modelStatistics(placed, parameters);
  const measuresOthers = [...normalizers.values()].some(
    (each) => each.needs !== 'row' || each.measureInput !== undefined,
  );
  const initialState = (batch: number): State => layers.flatMap((l) => l.initialState(batch));

  const run = (
    caller: string,
    inputs: SequenceInputs,
    state: State,
    { dropAt, part, collective, ...options }: RunOptions,
  ): LayerResult => {
    const { x, lengths } = parts.read(caller, inputs);
    expectState(caller, state, layers);
    const meets = (collective?.size ?? 1) > 1 && measuresOthers;
    if (meets && options.mode === 'batch') refuseUnsummed(caller, normalizers);
    // In mode `stored` too: where a reversed scan begins decides which step's statistics serve a frame.
    const ranks =
      collective && meets ? ranksOf(collective, inputs, x, { lengths, part }) : undefined;
    const drop = (hidden: Tensor3D, rate: number, at: string): Tensor3D =>
      dropAt === undefined || rate === 0
        ? hidden
        : dropout({ x: hidden, rate, key: randomStream(at, seed).key, step: dropAt, part });
    const between = (hidden: Tensor3D, k: number): Tensor3D =>
      drop(hidden, parts.dropout, `dropout.${k}`);
    const context = {
      ...options,
      path: 'layers',
      parameters,
      trainingStep: dropAt,
      dropout: drop,
      lengths,
      ranks,
    };
    const bottom =
      first === undefined
        ? { y: x, measured: {} }
        : normalizeSteps(first.normalizer, first.path, x, context);
    const result = applyInOrder(layers, between(bottom.y, 0), state, context, between);
    return {
      ...result,
      hidden: between(result.hidden, layers.length),
      measured: { ...bottom.measured, ...result.measured },
    };
  };

  const logitsOf = (hidden: Tensor3D): Tensor2D => {
    const [time, batch] = hidden.shape;
    const rows = reshape<Rank.R2>(hidden, [time * batch, units]);
    const weights = head.transposed ? transpose(head.weights) : head.weights;
    return add(product(rows, weights), head.bias);
  };

  const model: SequenceModel = {
    spec,
    unit,
    parameters,
    parameterCount: [...parameters.values()].reduce((sum, { size }) => sum + size, 0),
    normalizers,
    get statistics() {
      return kept.current();
    },
    setStatistics: (next) => kept.replace(next),
    renew: (step) => renewModel({ placed, parameters, kept }, step),
    initialState,
    forward(
      inputs,
      state,
      { mode, training, step, part, collective, statistics = kept.current() },
    ) {
      const result = tidyResult(() => {
        const dropping = training ? { dropAt: step, part } : {};
        const options = { mode, statistics, collective, ...dropping };
        const out = run(`${name}.forward`, inputs, state, options);
        const [time, batch] = out.hidden.shape;
        return { ...out, hidden: reshape<Rank.R2>(out.hidden, [time * batch, units]) };
      });
      return { ...result, head, measured: new Map(Object.entries(result.measured)) };
    },
    apply: (inputs, state) =>
      tidyResult(() => {
        const batch = 'ids' in inputs ? inputs.batch : inputs.features.shape[1];
        const stored = { mode: 'stored', statistics: kept.current() } as const;
        const out = run(`${name}.apply`, inputs, state ?? initialState(batch), stored);
        const [time] = out.hidden.shape;
        const logits = reshape<Rank.R3>(logitsOf(out.hidden), [time, batch, classes]);
        return { logits, state: out.state };
      }),
    step(input, state, { position } = {}) {
      expectStepwise(`${name}.step`, layers, kept.current(), position);
      return tidyResult(() => {
        const options = {
          mode: 'stored',
          statistics: kept.current(),
          ...(position !== undefined && { position }),
        } as const;
        const out = run(`${name}.step`, parts.asWindow(input), state, options);
        return { logits: logitsOf(out.hidden), state: out.state };
      });
    },
    fold: () => foldModel(model, layers, (others) => parts.rebuild(others), first?.path),
    dispose() {
      for (const parameter of parameters.values()) parameter.dispose();
      kept.dispose();
    },
  };
  return model;
}

/**
 * The rows that are real in the parts of all ranks, at each time step. Ranks meet for them only where a batch does not say
 * what the others have.
 */
function ranksOf(
  collective: Ranks,
  inputs: SequenceInputs,
  { shape: [time, batch] }: Tensor3D,
  {
    lengths,
    part,
  }: { readonly lengths: Lengths | undefined; readonly part?: BatchPart | undefined },
): RanksOfBatch {
  if (part !== undefined && ('ids' in inputs || part.lengths !== undefined)) {
    const all = part.lengths && { time, each: part.lengths };
    return { collective, rows: rowsOfEachStep({ time, batch: part.batch }, all) };
  }
  const rows = Float64Array.from(rowsOfEachStep({ time, batch }, lengths));
  collective.sum(rows);
  return { collective, rows: Int32Array.from(rows) };
}
