import { whitenGroups } from '@bnrnn/tensor-backend';
import { tidy } from '@tensorflow/tfjs-core';
import { applyCallOf, countsOfSets, rowsOfCall, type ApplyCall } from './applyCall';
import { foldMoments } from './foldMoments';
import { newParameters } from './newParameters';
import type { Normalized, Normalizer } from './normalizer';
import type { BuiltInStrategy } from './normalizerStrategy';
import { rowsOfSteps } from './statistics';
import { expectWeights } from './weights';
import { refuseFewRows, whitenBatch } from './whitenBatch';
import {
  checkWhitenSpec,
  whitenSettings,
  whitenSpec,
  type WhitenOptions,
  type WhitenSpec,
} from './whitenSpec';
import {
  expectGroups,
  expectWhitenStatistics,
  matrixOf,
  startWhitenStatistics,
  whitenMapOf,
} from './whitenStatistics';

const caller = 'whiten.apply';

/**
 * Whitening: makes the features of each group of n uncorrelated, with variance 1, over the real rows
 * of the mini-batch.
 *
 *   y[t,b,g] = gain[g]·(x[t,b,g] − mean[s,g])·A[s,g] + shift[g]     x[t,b,g] a row of n features
 *   Σ[s,g] = covariance[s,g] + ε·I
 *
 *   cholesky:   A = L^(−T), Σ = L·Lᵀ: a feature keeps what those before it do not explain
 *   zca:        A = Σ^(−1/2): y stays as near x as it can
 *   iterative:  near zca: `iterations` steps of Newton's method
 *
 * Over `frame`, s = t: mean and covariance of time step t are taken over the batch. Over `sequence`,
 * s = 0: over batch and time together. They need more real rows than a group has features; frame-wise,
 * a time step with too few is whitened with the statistics instead. Groups of 1 are batch normalization.
 *
 * In mode `batch` what was measured comes back as `mean`, [time, features] or [1, features], and
 * `covariance` or, in the evaluation `running-matrix`, `matrix`, [time or 1, features/n, n, n]. In mode
 * `stored` the statistics serve every step. y is 0 where padded.
 *
 * @throws UsageError for a setting out of range, where n does not divide the features, and for mode
 *   `batch` with too few rows; ShapeError when sizes disagree.
 * @see Huang et al. 2018, Decorrelated Batch Normalization; Huang et al. 2019, IterNorm; Siarohin et
 *   al. 2019, Whitening and Coloring (cholesky).
 */
export function whiten(options: WhitenOptions): Normalizer {
  return whitenOf(whitenSpec(options));
}

export const whitenStrategy = {
  kind: 'whiten',
  names: { whiten: { over: 'frame' }, 'whiten-sequence': { over: 'sequence' } },
  settings: whitenSettings,
  // Groups that a batch of three rows bears.
  examples: [
    { settings: { groupSize: 2 } },
    { settings: { groupSize: 2, over: 'sequence' } },
    { settings: { groupSize: 2, method: 'iterative' } },
    { settings: { groupSize: 2, method: 'zca', evaluation: 'running-matrix' } },
  ],
  create: (fields, where) => whitenOf(checkWhitenSpec(where, fields)),
} as const satisfies BuiltInStrategy;

function whitenOf(spec: WhitenSpec): Normalizer {
  const fewest = spec.groupSize + 1;
  return {
    spec,
    needs: spec.over,
    sumsOverRanks: true,
    fewestRows: fewest,
    init(features, { shift }) {
      expectGroups('whiten', features, spec.groupSize);
      return {
        parameters: newParameters('whiten', features, spec.gain, shift),
        statistics: startWhitenStatistics(spec, features),
      };
    },
    apply(...given) {
      const call = applyCallOf(caller, ...given);
      expectGroups(caller, call.x.shape[2], spec.groupSize);
      return whitenCall(spec, call);
    },
    storedMap(parameters, statistics) {
      const where = 'whiten.storedMap';
      const [features = 0] = parameters['gain']?.shape ?? [];
      const weights = expectWeights(where, parameters, features);
      const stored = expectWhitenStatistics(where, spec, statistics, features);
      return stored.mean.shape[0] === 1
        ? tidy(() => whitenMapOf(weights, stored.mean, matrixOf(spec, stored)))
        : undefined;
    },
    fold: (statistics, measured, counts) =>
      foldMoments(statistics, measured, countsOfSets(spec.over, counts), spec.decay, fewest),
  };
}

function whitenCall(spec: WhitenSpec, call: ApplyCall): Normalized {
  const { x, weights, statistics, mode, lengths, firstStep, ranks } = call;
  const [time, , features] = x.shape;
  if (mode === 'batch' && ranks === undefined) {
    refuseFewRows(caller, spec, { ...rowsOfCall(call, spec.over), features });
  }
  return tidy((): Normalized => {
    const given = { x, ...weights, lengths };
    const stored = () =>
      rowsOfSteps(expectWhitenStatistics(caller, spec, statistics, features), firstStep, time);
    if (mode === 'batch') return whitenBatch(caller, spec, given, { stored, ranks });
    const used = stored();
    return { y: whitenGroups({ ...given, mean: used.mean, matrix: matrixOf(spec, used) }) };
  });
}
