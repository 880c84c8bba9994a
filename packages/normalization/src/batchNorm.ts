import { countRealSteps, expectShape, paddedLengths, UsageError, type Lengths } from '@bnrnn/core';
import { batchNormalize, standardizeStored } from '@bnrnn/tensor-backend';
import { tidy, type Tensor3D } from '@tensorflow/tfjs-core';
import {
  batchNormSettings,
  batchNormSpec,
  checkBatchNormSpec,
  type BatchNormOptions,
} from './batchNormSpec';
import { foldMoments } from './foldMoments';
import { newParameters } from './newParameters';
import type { NamedTensors, Normalized, Normalizer, NormalizerMode } from './normalizer';
import type { BatchNormSpec } from './normalizerSpec';
import type { BuiltInStrategy } from './normalizerStrategy';
import { oneRowEach, rowsOfSteps, startStatistics, type BatchStatistics } from './statistics';
import { expectWeights, type CheckedWeights } from './weights';

const caller = 'batchNorm.apply';

/** One call of `apply`, checked. */
interface Run {
  readonly x: Tensor3D;
  readonly weights: CheckedWeights;
  readonly statistics: NamedTensors;
  readonly mode: NormalizerMode;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
  readonly firstStep: number;
}

/**
 * Batch normalization: standardizes each feature over the real rows of the mini-batch.
 *
 *   y[t,b,f] = gain[f]·(x[t,b,f] − mean[s,f]) / sqrt(variance[s,f] + ε) + shift[f]
 *
 * Over `frame`, s = t: the moments of time step t are taken over the batch. Over `sequence`, s = 0:
 * they are taken over batch and time together. Gain and shift are shared over time. The rule
 * `double` divides by sqrt(variance + ε) + ε, as the paper's own code does.
 *
 * In mode `batch` the moments come back as values, `mean` and `variance` (biased, padding left out):
 * [time, features] over `frame`, [1, features] over `sequence`. Frame-wise, a time step with fewer
 * than 2 real rows is standardized with the statistics instead. In mode `stored` the statistics serve
 * every step. y is 0 where padded.
 *
 * @throws UsageError for a setting out of range, and for mode `batch` with a batch of one row (frame-wise) or one
 *   real frame (sequence-wise); ShapeError when sizes disagree.
 * @see Laurent et al. 2015, section 3 (frame-wise and sequence-wise); Ioffe and Szegedy 2015.
 */
export function batchNorm(options: BatchNormOptions): Normalizer {
  return batchNormOf(batchNormSpec(options));
}

export const batchNormStrategy = {
  kind: 'batch',
  names: { frame: { over: 'frame' }, sequence: { over: 'sequence' } },
  settings: batchNormSettings,
  create: (fields, where) => batchNormOf(checkBatchNormSpec(where, fields)),
} as const satisfies BuiltInStrategy;

/** Batch normalization of a specification that was checked. */
function batchNormOf(spec: BatchNormSpec): Normalizer {
  return {
    spec,
    needs: spec.over,
    init: (features, { shift }) => ({
      parameters: newParameters('batchNorm', features, spec.gain, shift),
      statistics: startStatistics('batchNorm', features, spec.perStep ? spec.maxSteps : 1),
    }),
    apply(x, parameters, statistics, { mode, lengths, firstStep = 0 }) {
      expectShape(caller, 'x', x, { time: null, batch: null, features: null });
      const [time, batch, features] = x.shape;
      return applyRun(spec, {
        x,
        weights: expectWeights(caller, parameters, features),
        statistics,
        mode,
        lengths: paddedLengths(caller, lengths, { time, batch }),
        firstStep,
      });
    },
    fold: (statistics, measured, counts) =>
      foldMoments(
        statistics as BatchStatistics,
        measured as BatchStatistics,
        spec.over === 'sequence' ? [counts.reduce((sum, count) => sum + count, 0)] : counts,
        spec.decay,
      ),
  };
}

function applyRun(spec: BatchNormSpec, run: Run): Normalized {
  const { x, weights, statistics, mode, lengths, firstStep } = run;
  const [time, , features] = x.shape;
  const { over, epsilon, epsilonRule } = spec;
  if (mode === 'batch') refuseOneRow(spec, run);
  return tidy((): Normalized => {
    const given = { x, ...weights, lengths, epsilon, epsilonRule };
    const stored = (): BatchStatistics =>
      rowsOfSteps(expectStatistics(statistics, features), firstStep, time);
    if (mode === 'stored') {
      return { y: standardizeStored({ ...given, ...stored() }) };
    }
    const { y, mean, variance } = batchNormalize({
      ...given,
      over,
      // Without padding every step has the whole batch, and nothing falls back on statistics.
      ...(lengths === undefined || over === 'sequence'
        ? {}
        : { stored: oneRowEach(stored(), time) }),
    });
    return { y, measured: { mean, variance } };
  });
}

function expectStatistics(statistics: NamedTensors, features: number): BatchStatistics {
  const { mean, variance } = statistics;
  if (mean === undefined || variance === undefined) {
    throw new UsageError(
      `${caller}: statistics have ${nameList(statistics)}, expected mean and variance.`,
      { hint: 'Make them with the same normalizer: normalizer.init(features, { shift }).' },
    );
  }
  const [rows = 0] = mean.shape;
  expectShape(caller, 'statistics.mean', mean, { rows, features });
  expectShape(caller, 'statistics.variance', variance, { rows, features });
  return { mean, variance } as BatchStatistics;
}

function nameList(tensors: NamedTensors): string {
  const names = Object.keys(tensors);
  return names.length === 0 ? 'no tensor' : names.join(' and ');
}

function refuseOneRow(spec: BatchNormSpec, { x, lengths }: Run): void {
  const [time, batch] = x.shape;
  const rows = spec.over === 'frame' ? batch : countRealSteps({ time, batch }, lengths);
  if (rows >= 2) return;
  const place = spec.over === 'frame' ? 'at a time step' : 'in all';
  throw new UsageError(
    `${caller}: mode "batch" was given ${rows} real row${rows === 1 ? '' : 's'} ${place} (time ${time}, batch ${batch}), expected at least 2 to take moments over.`,
    { hint: 'Use stored statistics (running or recalibrated), or a larger batch.' },
  );
}
