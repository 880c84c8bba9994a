import { array64, axis, type Array64 } from '../array64';
import { centralDifferences } from '../centralDifferences';
import { stepOf, setStep, zeroPadding, type RowLengths } from './arithmetic';
import { batchNormalize } from './batchNormalize';
import { layerNormalize } from './layerNormalize';
import { normalizeWeights, whitenInput } from './normalizeWeights';
import {
  onlineBackward,
  onlineOutput,
  onlineStandardize,
  type OnlineStatistics,
} from './onlineNormalize';
import { renormalize, renormCorrection } from './renormalize';
import type { EpsilonRule } from './standardize';
import { batchStep } from './stepNormalizer';
import { whiten } from './whiten';
import { whiteningMatrices, type WhiteningRule } from './whiteningMatrix';

/** Parameters or statistics by name. */
export type NamedArrays = Readonly<Record<string, Array64>>;

/** One call of a strategy of activations. */
export interface StrategyCall {
  /** [T, B, F]. */
  x: Array64;
  parameters: NamedArrays;
  /** The first axis is time steps, as a normalizer keeps them; row min(step, rows − 1) belongs to a step. */
  statistics: NamedArrays;
  mode: 'batch' | 'stored';
  lengths?: RowLengths;
  /** The time step of x's first row; 0 unless given. */
  firstStep?: number | undefined;
  /** The x at which constants of the gradient are taken; x itself unless given. */
  constantsAt?: Array64 | undefined;
}

type Loss = (y: Array64) => number;

/** What a strategy of activations computes. */
export interface ActivationOracle {
  /** y [T, B, F], 0 where padded. */
  normalize(call: StrategyCall): Array64;
  /** The gradient of a loss of y by x and each parameter, where the backward pass has a rule of its own. */
  gradients?(call: StrategyCall, loss: Loss): NamedArrays;
}

/** What a strategy makes of the weights [I, F] of a product. */
export interface WeightOracle {
  mapWeights(weights: Array64, parameters: NamedArrays, statistics: NamedArrays): Array64;
  /** [F], added to the product. */
  mapOffset?(weights: Array64, statistics: NamedArrays): Array64;
}

export type StrategyOracle = ActivationOracle | WeightOracle;

/**
 * The float64 formulas of a built-in strategy.
 *
 * @param spec  the specification of its normalizer.
 * @throws RangeError naming a strategy that has none here.
 */
export function strategyOracle(spec: { readonly kind: string }): StrategyOracle {
  const { kind } = spec;
  if (!Object.hasOwn(oracles, kind)) {
    throw new RangeError(
      `strategyOracle: the strategy "${kind}" has no float64 oracle, expected one of ${Object.keys(oracles).join(', ')}. Write it into strategies.ts.`,
    );
  }
  const make = oracles[kind as keyof typeof oracles] as (of: never) => StrategyOracle;
  return make(spec as never);
}

/** The gradient of a loss of y by x and each parameter: central differences, or the strategy's own rule. */
export function strategyGradients(
  own: ActivationOracle,
  call: StrategyCall,
  loss: Loss,
): NamedArrays {
  const byRule = own.gradients?.(call, loss);
  if (byRule !== undefined) return byRule;
  const { x, parameters } = call;
  const constantsAt = array64(x.shape, x.data);
  return centralDifferences<Record<string, Array64>>(
    ({ x: moved, ...others }) =>
      loss(own.normalize({ ...call, x: moved as Array64, parameters: others, constantsAt })),
    { x, ...parameters },
  );
}

interface BatchFields {
  over: 'frame' | 'sequence';
  epsilon: number;
  epsilonRule?: EpsilonRule;
}
type RowFields = Record<'groups' | 'epsilon', number>;
type RenormFields = BatchFields &
  Record<'rMax' | 'dMax' | 'plainUpdates' | 'rRise' | 'dRise', number>;
type OnlineFields = RowFields & { layerScaling: boolean };
type WhitenFields = WhiteningRule & {
  over: 'frame' | 'sequence';
  groupSize: number;
  evaluation: 'running-covariance' | 'running-matrix';
};

const oracles = {
  none: () => ({ normalize: ({ x }: StrategyCall) => array64(x.shape, x.data) }),
  batch: (spec: BatchFields) => ({
    normalize: (call: StrategyCall) =>
      call.mode === 'stored'
        ? standardizeStored(spec, call)
        : batchNormalize({ ...spec, ...givenOf(call), stored: storedOf(call) }).y,
  }),
  layer: (spec: RowFields) => normalizeRows(spec, true),
  rms: (spec: RowFields) => normalizeRows(spec, false),
  renorm: (spec: RenormFields) => ({
    normalize: (call: StrategyCall) => {
      if (call.mode === 'stored') return standardizeStored(spec, call);
      const { x, constantsAt = x } = call;
      const given = { ...spec, ...givenOf(call), stored: storedOf(call) };
      const limits = renormLimits(spec, call.statistics['updates']);
      return renormalize(given, renormCorrection({ ...given, x: constantsAt }, limits));
    },
  }),
  online: (spec: OnlineFields): ActivationOracle => ({
    normalize: (call) => {
      const given = onlineCall(spec, call);
      return onlineOutput(onlineStandardize(given), given);
    },
    gradients: (call, loss) => {
      const given = onlineCall(spec, call);
      const { xHat, ...parameters } = centralDifferences<Record<string, Array64>>(
        ({ xHat: moved, ...others }) =>
          loss(onlineOutput(moved as Array64, { ...given, ...others })),
        { xHat: onlineStandardize(given), ...call.parameters },
      );
      return { x: onlineBackward(xHat as Array64, given).dx, ...parameters };
    },
  }),
  whiten: (spec: WhitenFields) => ({
    normalize: (call: StrategyCall) => {
      const { mean, matrix, covariance } = rowsOf(call, ['mean', 'matrix', 'covariance']);
      const useStored = call.mode === 'stored';
      return whiten({
        ...spec,
        ...givenOf(call),
        ...(useStored && { over: 'frame', useStored }),
        stored: {
          mean: mean as Array64,
          matrix: matrix ?? whiteningMatrices(covariance as Array64, spec),
        },
      }).y;
    },
  }),
  weight: (): WeightOracle => ({
    mapWeights: (weights, { gain }) => normalizeWeights(weights, gain as Array64),
  }),
  natural: (): WeightOracle => {
    const whole = (weights: Array64, { mean, matrix }: NamedArrays) =>
      whitenInput(weights, { mean: mean as Array64, matrix: matrix as Array64 });
    return {
      mapWeights: (weights, _, statistics) => whole(weights, statistics).weights,
      mapOffset: (weights, statistics) => whole(weights, statistics).offset,
    };
  },
};

function givenOf({ x, parameters, lengths }: StrategyCall) {
  return { x, gain: parameters['gain'] as Array64, shift: parameters['shift'], lengths };
}

/** The rows of x's time steps, of those of the named statistics that are kept. */
function rowsOf(
  { x, statistics, firstStep = 0 }: StrategyCall,
  names: readonly string[],
): Partial<Record<string, Array64>> {
  const time = axis(x, 0);
  return Object.fromEntries(
    names.flatMap((name) => {
      const kept = statistics[name];
      if (kept === undefined) return [];
      const rows = array64([time, ...kept.shape.slice(1)]);
      for (let t = 0; t < time; t++) {
        setStep(rows, t, stepOf(kept, Math.min(firstStep + t, axis(kept, 0) - 1)));
      }
      return [[name, rows]];
    }),
  );
}

function storedOf(call: StrategyCall): { mean: Array64; variance: Array64 } {
  const { mean, variance } = rowsOf(call, ['mean', 'variance']);
  return { mean: mean as Array64, variance: variance as Array64 };
}

function standardizeStored({ epsilon, epsilonRule }: BatchFields, call: StrategyCall): Array64 {
  const { x, lengths, ...given } = givenOf(call);
  const rule = { ...given, epsilon, epsilonRule };
  const step = batchStep({ ...rule, stored: storedOf(call), useStored: true });
  const y = array64(x.shape);
  for (let t = 0; t < axis(x, 0); t++) setStep(y, t, step(stepOf(x, t), t, lengths));
  return y;
}

const normalizeRows = (spec: RowFields, center: boolean): ActivationOracle => ({
  normalize: (call) =>
    zeroPadding(layerNormalize({ ...spec, ...givenOf(call), center }), call.lengths),
});

/** The limits after so many updates: 1 + (rMax − 1)·a and dMax·b, a and b rising from 0 to 1. */
function renormLimits(spec: RenormFields, updates: Array64 | undefined): { r: number; d: number } {
  const since = (updates?.data[0] as number) - spec.plainUpdates;
  const risen = (rise: number): number => Math.min(Math.max(since / Math.max(rise, 1), 0), 1);
  return { r: 1 + (spec.rMax - 1) * risen(spec.rRise), d: spec.dMax * risen(spec.dRise) };
}

function onlineCall(spec: OnlineFields, call: StrategyCall) {
  const { mean, variance, u, v } = call.statistics;
  return { ...spec, ...givenOf(call), statistics: { mean, variance, u, v } as OnlineStatistics };
}
