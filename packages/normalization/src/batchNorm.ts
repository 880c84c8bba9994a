import {
  countRealSteps,
  expectShape,
  paddedLengths,
  rowsOfEachStep,
  UsageError,
  type Lengths,
} from '@bnrnn/core';
import { batchNormalize, standardizeStored } from '@bnrnn/tensor-backend';
import { expandDims, squeeze, tidy, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { batchNormSpec, type BatchNormOptions } from './batchNormSpec';
import { foldMoments } from './foldMoments';
import { newParameters } from './newParameters';
import type { NormalizedSequence, Normalizer, NormalizerMode, Statistics } from './normalizer';
import type { BatchNormSpec } from './normalizerSpec';
import { oneRowEach, rowsOfSteps, startStatistics } from './statistics';
import { expectWeights, type CheckedWeights } from './weights';

/** What both ways to apply come down to: a run of time steps that starts at `from`. */
interface Run {
  readonly caller: string;
  readonly x: Tensor3D;
  readonly weights: CheckedWeights;
  readonly statistics: Statistics;
  readonly mode: NormalizerMode;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
  readonly from: number;
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
 * In mode `batch` the moments come back as values (biased variance, padding left out).
 * Frame-wise, a time step with fewer than 2 real rows is standardized with the statistics instead,
 * and `moments.rows` tells which. In mode `stored` the statistics serve every step. y is 0 where
 * padded.
 *
 * @throws UsageError for a setting out of range, for mode `batch` with a batch of one row (frame-wise) or one real
 *   frame (sequence-wise), and for sequence-wise `applyStep` in mode `batch`; ShapeError when sizes disagree.
 * @see Laurent et al. 2015, section 3 (frame-wise and sequence-wise); Ioffe and Szegedy 2015.
 */
export function batchNorm(options: BatchNormOptions): Normalizer {
  return batchNormOf(batchNormSpec(options));
}

/** Batch normalization of a specification that was checked. */
export function batchNormOf(spec: BatchNormSpec): Normalizer {
  return {
    spec,
    needs: spec.over,
    parameters: (features, { shift }) => newParameters('batchNorm', features, spec.gain, shift),
    statistics: (features, maxSteps = spec.maxSteps) =>
      startStatistics('batchNorm', features, spec.perStep ? maxSteps : 1),
    apply: (x, parameters, statistics, { mode, lengths }) => {
      const caller = 'batchNorm.apply';
      expectShape(caller, 'x', x, { time: null, batch: null, features: null });
      const [time, batch, features] = x.shape;
      expectStatistics(caller, statistics, features);
      const weights = expectWeights(caller, parameters, features);
      return applyRun(spec, {
        caller,
        x,
        weights,
        statistics,
        mode,
        lengths: paddedLengths(caller, lengths, { time, batch }),
        from: 0,
      });
    },
    applyStep: (x, parameters, statistics, { mode, lengths, step }) => {
      const caller = 'batchNorm.applyStep';
      expectShape(caller, 'x', x, { batch: null, features: null });
      const [batch, features] = x.shape;
      expectStatistics(caller, statistics, features);
      if (mode === 'batch' && spec.over === 'sequence') refuseOneStepOfSequence();
      const weights = expectWeights(caller, parameters, features);
      return tidy(() => {
        const { y, ...moments } = applyRun(spec, {
          caller,
          x: expandDims(x, 0),
          weights,
          statistics,
          mode,
          lengths: paddedLengths(caller, lengths, { time: 1, batch }),
          from: step,
        });
        return { y: squeeze<Tensor2D>(y, [0]), ...moments };
      });
    },
    fold: (statistics, moments) => foldMoments(statistics, moments, spec.decay),
  };
}

function applyRun(spec: BatchNormSpec, run: Run): NormalizedSequence {
  const { x, weights, statistics, mode, lengths, from } = run;
  const [time, batch] = x.shape;
  const { over, epsilon, epsilonRule } = spec;
  if (mode === 'batch') refuseOneRow(spec, run);
  return tidy((): NormalizedSequence => {
    const given = { x, ...weights, lengths, epsilon, epsilonRule };
    if (mode === 'stored') {
      return { y: standardizeStored({ ...given, ...rowsOfSteps(statistics, from, time) }) };
    }
    const { y, ...moments } = batchNormalize({
      ...given,
      over,
      // Without padding every step has the whole batch, and nothing falls back on statistics.
      ...(lengths === undefined || over === 'sequence'
        ? {}
        : { stored: oneRowEach(rowsOfSteps(statistics, from, time), time) }),
    });
    const rows =
      over === 'sequence'
        ? Int32Array.of(countRealSteps({ time, batch }, lengths))
        : rowsOfEachStep({ time, batch }, lengths);
    return { y, moments: { ...moments, rows } };
  });
}

function expectStatistics(caller: string, statistics: Statistics, features: number): void {
  const [rows] = statistics.mean.shape;
  if (rows === 0) {
    throw new UsageError(`${caller}: statistics have 0 rows, expected at least 1.`, {
      hint: 'Make them with the same normalizer: normalizer.statistics(features).',
    });
  }
  expectShape(caller, 'statistics.mean', statistics.mean, { rows, features });
  expectShape(caller, 'statistics.variance', statistics.variance, { rows, features });
}

function refuseOneRow(spec: BatchNormSpec, { caller, x, lengths }: Run): void {
  const [time, batch] = x.shape;
  const rows = spec.over === 'frame' ? batch : countRealSteps({ time, batch }, lengths);
  if (rows >= 2) return;
  const place = spec.over === 'frame' ? 'at a time step' : 'in all';
  throw new UsageError(
    `${caller}: mode "batch" was given ${rows} real row${rows === 1 ? '' : 's'} ${place} (time ${time}, batch ${batch}), expected at least 2 to take moments over.`,
    { hint: 'Use stored statistics (running or recalibrated), or a larger batch.' },
  );
}

function refuseOneStepOfSequence(): never {
  throw new UsageError(
    'batchNorm.applyStep: mode "batch" with sequence-wise statistics needs the values of time steps that do not exist yet.',
    { hint: 'Apply to the whole sequence, or use stored statistics (running or recalibrated).' },
  );
}
