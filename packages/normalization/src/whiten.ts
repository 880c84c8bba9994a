import { countRealSteps, expectShape, paddedLengths, type Lengths } from '@bnrnn/core';
import { whitenGroups } from '@bnrnn/tensor-backend';
import { tidy, type Tensor3D } from '@tensorflow/tfjs-core';
import { foldMoments } from './foldMoments';
import { newParameters } from './newParameters';
import type { NamedTensors, Normalized, Normalizer, NormalizerMode } from './normalizer';
import type { BuiltInStrategy } from './normalizerStrategy';
import { rowsOfSteps } from './statistics';
import type { Ranks } from './sumOverRanks';
import { expectWeights, type CheckedWeights } from './weights';
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

/** One call of `apply`, checked. */
interface Run {
  readonly x: Tensor3D;
  readonly weights: CheckedWeights;
  readonly statistics: NamedTensors;
  readonly mode: NormalizerMode;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
  readonly firstStep: number;
  /** Undefined where this process has the whole batch. */
  readonly ranks: Ranks | undefined;
}

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
  examples: [{ settings: { groupSize: 2 } }, { settings: { groupSize: 2, over: 'sequence' } }],
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
    apply(x, parameters, statistics, { mode, lengths, firstStep = 0, collective }) {
      expectShape(caller, 'x', x, { time: null, batch: null, features: null });
      const [time, batch, features] = x.shape;
      expectGroups(caller, features, spec.groupSize);
      return applyRun(spec, {
        x,
        weights: expectWeights(caller, parameters, features),
        statistics,
        mode,
        lengths: paddedLengths(caller, lengths, { time, batch }),
        firstStep,
        ranks: collective?.size === 1 ? undefined : collective,
      });
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
      foldMoments(
        statistics,
        measured,
        spec.over === 'sequence' ? [counts.reduce((sum, count) => sum + count, 0)] : counts,
        spec.decay,
        fewest,
      ),
  };
}

function applyRun(spec: WhitenSpec, run: Run): Normalized {
  const { x, weights, statistics, mode, lengths, firstStep, ranks } = run;
  const [time, batch, features] = x.shape;
  if (mode === 'batch' && ranks === undefined) {
    const rows = spec.over === 'frame' ? batch : countRealSteps({ time, batch }, lengths);
    refuseFewRows(caller, spec, { rows, features, sizes: `time ${time}, batch ${batch}` });
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
