import { expectNumber, expectShape, UsageError } from '@bnrnn/core';
import { whiteningMatrix } from '@bnrnn/tensor-backend';
import {
  eye,
  mul,
  neg,
  reshape,
  sub,
  tidy,
  tile,
  zeros,
  matMul,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { NamedTensors, StoredMap } from './normalizer';
import type { CheckedWeights } from './weights';
import type { WhitenSpec } from './whitenSpec';

/**
 * The statistics of whitening: a mean, and of each group its covariance or, in the evaluation `running-matrix`, its
 * whitening matrix. A type alias, so that `tidy` takes it.
 */
export type WhitenStatistics = {
  /** float32 [rows, features] */
  readonly mean: Tensor2D;
  /** float32 [rows, features/n, n, n]: named `covariance` or `matrix`. */
  readonly [square: string]: Tensor;
};

/** The name of the squares in the statistics. */
function squareName({ evaluation }: WhitenSpec): 'covariance' | 'matrix' {
  return evaluation === 'running-matrix' ? 'matrix' : 'covariance';
}

/** The squares of the statistics. */
export function squaresOf(spec: WhitenSpec, statistics: WhitenStatistics): Tensor4D {
  return statistics[squareName(spec)] as Tensor4D;
}

/** @throws UsageError where groups do not fill the features. */
export function expectGroups(caller: string, features: number, groupSize: number): void {
  if (features % groupSize === 0) return;
  throw new UsageError(
    `${caller}: groupSize is ${groupSize}, expected a divisor of the ${features} features.`,
  );
}

/** Statistics before training: mean 0 and each square I, so that stored statistics change nothing yet. */
export function startWhitenStatistics(spec: WhitenSpec, features: number): WhitenStatistics {
  expectNumber('whiten: features', features, { integer: true, min: 1 });
  const rows = spec.perStep ? spec.maxSteps : 1;
  const { groupSize: n } = spec;
  return tidy(() => ({
    mean: zeros<Rank.R2>([rows, features]),
    [squareName(spec)]: tile(reshape(eye(n), [1, 1, n, n]), [rows, features / n, 1, 1]),
  }));
}

/** @throws UsageError for statistics of another strategy; ShapeError when sizes disagree. */
export function expectWhitenStatistics(
  caller: string,
  spec: WhitenSpec,
  statistics: NamedTensors,
  features: number,
): WhitenStatistics {
  const name = squareName(spec);
  const { mean, [name]: squares } = statistics;
  if (mean === undefined || squares === undefined) {
    const found = Object.keys(statistics).join(' and ');
    throw new UsageError(
      `${caller}: statistics have ${found === '' ? 'no tensor' : found}, expected mean and ${name}.`,
      { hint: 'Make them with the same normalizer: normalizer.init(features, { shift }).' },
    );
  }
  const [rows = 0] = mean.shape;
  const { groupSize: size } = spec;
  const wanted = { rows, groups: features / size, size, columns: size };
  expectShape(caller, 'statistics.mean', mean, { rows, features });
  expectShape(caller, `statistics.${name}`, squares, wanted);
  return { mean: mean as Tensor2D, [name]: squares };
}

/** The whitening matrices that statistics stand for: float32 [rows, features/n, n, n]. */
export function matrixOf(spec: WhitenSpec, statistics: WhitenStatistics): Tensor4D {
  const squares = squaresOf(spec, statistics);
  return spec.evaluation === 'running-matrix' ? squares : whiteningOf(spec, squares);
}

/** The whitening matrices of covariances, by the rule of the specification. */
export function whiteningOf(spec: WhitenSpec, covariance: Tensor4D): Tensor4D {
  const { method, iterations, epsilon } = spec;
  return whiteningMatrix({ covariance, method, iterations, epsilon });
}

/** y = x·A·diag(gain) + (shift − mean·A·diag(gain)), A with the matrices of the groups on its diagonal. */
export function whitenMapOf(
  { gain, shift }: CheckedWeights,
  mean: Tensor2D,
  matrix: Tensor4D,
): StoredMap {
  const features = gain.shape[0];
  const [, groups, size] = matrix.shape;
  const blocks = mul(
    reshape(matrix, [groups, size, 1, size]),
    reshape(eye(groups), [groups, 1, groups, 1]),
  );
  const factor = mul<Tensor2D>(reshape(blocks, [features, features]), gain);
  const moved: Tensor1D = reshape(matMul(mean, factor), [features]);
  return { factor, offset: shift === undefined ? neg(moved) : sub(shift, moved) };
}
