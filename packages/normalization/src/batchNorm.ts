import { expectShape, UsageError } from '@bnrnn/core';
import { batchNormalize, standardizeStored } from '@bnrnn/tensor-backend';
import {
  add,
  div,
  mul,
  neg,
  reshape,
  sqrt,
  tidy,
  type Rank,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import { applyCallOf, countsOfSets, rowsOfCall, type ApplyCall } from './applyCall';
import {
  batchNormSettings,
  batchNormSpec,
  checkBatchNormSpec,
  type BatchNormOptions,
} from './batchNormSpec';
import { foldMoments } from './foldMoments';
import { newParameters } from './newParameters';
import { refuseOneRow } from './refuseOneRow';
import { normalizeOverRanks } from './normalizeOverRanks';
import type { NamedTensors, Normalized, Normalizer, StoredMap } from './normalizer';
import type { BatchNormSpec } from './normalizerSpec';
import type { BuiltInStrategy } from './normalizerStrategy';
import { oneRowEach, rowsOfSteps, startStatistics, type BatchStatistics } from './statistics';
import { expectWeights, type CheckedWeights } from './weights';

const caller = 'batchNorm.apply';
const storedCaller = 'batchNorm.storedMap';

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
  examples: [
    { settings: { epsilonRule: 'double', epsilon: 0.01 } },
    { settings: { perStep: true, maxSteps: 3 } },
  ],
  create: (fields, where) => batchNormOf(checkBatchNormSpec(where, fields)),
} as const satisfies BuiltInStrategy;

/** Batch normalization of a specification that was checked. */
function batchNormOf(spec: BatchNormSpec): Normalizer {
  return {
    spec,
    needs: spec.over,
    sumsOverRanks: true,
    init: (features, { shift }) => ({
      parameters: newParameters('batchNorm', features, spec.gain, shift),
      statistics: startStatistics('batchNorm', features, spec.perStep ? spec.maxSteps : 1),
    }),
    apply: (...given) => normalizeCall(spec, applyCallOf(caller, ...given)),
    storedMap(parameters, statistics) {
      const [features = 0] = parameters['gain']?.shape ?? [];
      const { gain, shift } = expectWeights(storedCaller, parameters, features);
      const { mean, variance } = expectStatistics(storedCaller, statistics, features);
      return mean.shape[0] === 1
        ? tidy(() => storedMapOf(spec, { gain, mean, variance, ...(shift && { shift }) }))
        : undefined;
    },
    fold(statistics, measured, counts) {
      const { mean, variance } = statistics as BatchStatistics;
      return foldMoments({ mean, variance }, measured, countsOfSets(spec.over, counts), spec.decay);
    },
  };
}

function normalizeCall(spec: BatchNormSpec, call: ApplyCall): Normalized {
  const { x, weights, statistics, mode, lengths, firstStep, ranks } = call;
  const [time, , features] = x.shape;
  const { over, epsilon, epsilonRule } = spec;
  if (mode === 'batch' && ranks === undefined) {
    const { rows, sizes } = rowsOfCall(call, over);
    refuseOneRow(caller, over, rows, sizes);
  }
  return tidy((): Normalized => {
    const given = { x, ...weights, lengths, epsilon, epsilonRule };
    const stored = (): BatchStatistics =>
      rowsOfSteps(expectStatistics(caller, statistics, features), firstStep, time);
    if (mode === 'stored') {
      return { y: standardizeStored({ ...given, ...stored() }) };
    }
    if (ranks !== undefined) {
      const { y, mean, variance } = normalizeOverRanks(caller, ranks, { ...given, over, stored });
      return { y, measured: { mean, variance } };
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

/** y = x·(gain / s) + (shift − mean·gain / s). */
function storedMapOf(
  { epsilon, epsilonRule }: BatchNormSpec,
  { gain, shift, mean, variance }: CheckedWeights & BatchStatistics,
): StoredMap {
  const deviation = sqrt(add(reshape<Rank.R1>(variance, [-1]), epsilon));
  const factor: Tensor1D = div(
    gain,
    epsilonRule === 'double' ? add(deviation, epsilon) : deviation,
  );
  const moved: Tensor1D = neg(mul(reshape<Rank.R1>(mean, [-1]), factor));
  return { factor, offset: shift === undefined ? moved : add(moved, shift) };
}

function expectStatistics(
  caller: string,
  statistics: NamedTensors,
  features: number,
): BatchStatistics {
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
