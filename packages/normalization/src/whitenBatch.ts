import { rowsOfEachStep, UsageError, type Lengths } from '@bnrnn/core';
import { groupMoments, whitenGroups } from '@bnrnn/tensor-backend';
import {
  add,
  div,
  mul,
  reshape,
  sub,
  tensor,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { Normalized } from './normalizer';
import { oneRowEach } from './statistics';
import { sumOverRanks, type Ranks } from './sumOverRanks';
import type { CheckedWeights } from './weights';
import type { WhitenSpec } from './whitenSpec';
import { squaresOf, whiteningOf, type WhitenStatistics } from './whitenStatistics';

interface Given extends CheckedWeights {
  readonly x: Tensor3D;
  readonly lengths: Lengths | undefined;
}

interface Other {
  /** The statistics of each step, or of all, for steps with too few real rows. */
  readonly stored: () => WhitenStatistics;
  /** Undefined where this process has the whole batch. */
  readonly ranks: Ranks | undefined;
}

/**
 * Whitens a mini-batch by its own mean and covariances; frame-wise, a time step with too few rows by what is stored.
 *
 * Ranks meet twice forward and twice backward: for the mean, and for the covariance around it.
 *
 * @throws UsageError on every rank where, sequence-wise, all of them together have too few real rows.
 */
export function whitenBatch(
  caller: string,
  spec: WhitenSpec,
  given: Given,
  { stored, ranks }: Other,
): Normalized {
  const { x, lengths } = given;
  const { over, groupSize } = spec;
  const [time, batch, features] = x.shape;
  const steps = rowsOfEachStep({ time, batch }, lengths);
  const counts = Float64Array.from(
    over === 'frame' ? steps : [steps.reduce((sum, count) => sum + count, 0)],
  );
  const own = groupMoments({ x, lengths, over, groupSize });
  const { mean, covariance } = overRanks(ranks, own, counts);
  if (ranks !== undefined && over === 'sequence') {
    const sizes = `time ${time}, ${ranks.size} ranks`;
    refuseFewRows(caller, spec, { rows: counts[0] as number, features, sizes });
  }
  const few = counts.map((count) => Number(over === 'frame' && count <= groupSize));
  const instead = few.includes(1) ? oneRowEach(stored(), time) : undefined;
  const choose = <T extends Tensor>(values: T, other: T | undefined): T =>
    other === undefined ? values : mixRows(values, other, few);
  const middle = choose(mean, instead?.mean);
  const squares = instead && squaresOf(spec, instead);
  if (spec.evaluation === 'running-matrix') {
    const matrix = whiteningOf(spec, covariance);
    const y = whitenGroups({ ...given, mean: middle, matrix: choose(matrix, squares) });
    return { y, measured: { mean, matrix } };
  }
  const matrix = whiteningOf(spec, choose(covariance, squares));
  return { y: whitenGroups({ ...given, mean: middle, matrix }), measured: { mean, covariance } };
}

/** The rows of `values`, and where `few` is 1 those of `other`, which are constants. */
function mixRows<T extends Tensor>(values: T, other: T, few: ArrayLike<number>): T {
  const column = (share: (isFew: number) => number): Tensor =>
    tensor(
      Float32Array.from(few, share),
      values.shape.map((_, axis) => (axis === 0 ? few.length : 1)),
    );
  return add(
    mul(
      values,
      column((isFew) => 1 - isFew),
    ),
    mul(
      other,
      column((isFew) => isFew),
    ),
  );
}

type GroupMoments = ReturnType<typeof groupMoments>;

/**
 * The moments of the rows of all ranks, from those that each rank r has of its own nᵣ rows.
 *
 *   mean = Σ nᵣ·meanᵣ / n     covariance = Σ nᵣ·(covarianceᵣ + dᵣᵀ·dᵣ) / n     dᵣ = meanᵣ − mean
 *
 * @param counts  [sets]: each set's rows on this rank; replaced by those of all ranks.
 * @see Chan, Golub and LeVeque 1983, eq. 2.1.
 */
function overRanks(
  ranks: Ranks | undefined,
  { mean, covariance }: GroupMoments,
  counts: Float64Array,
): GroupMoments {
  if (ranks === undefined) return { mean, covariance };
  const [sets, groups, size] = covariance.shape;
  const perSet = (values: ArrayLike<number>, like: Tensor): Tensor =>
    tensor(
      Float32Array.from(values),
      like.shape.map((_, axis) => (axis === 0 ? sets : 1)),
    );
  const rows = counts.slice();
  const [total] = sumOverRanks(ranks, [mul(mean, perSet(rows, mean))], counts);
  const all = counts.map((count) => Math.max(count, 1));
  const middle: Tensor2D = div(total as Tensor2D, perSet(all, mean));
  const apart = sub(mean, middle);
  const outer = mul<Tensor4D>(
    reshape(apart, [sets, groups, size, 1]),
    reshape(apart, [sets, groups, 1, size]),
  );
  const around = mul(add(covariance, outer), perSet(rows, covariance));
  const [products] = sumOverRanks(ranks, [around]);
  return { mean: middle, covariance: div(products as Tensor4D, perSet(all, covariance)) };
}

/**
 * Refuses to whiten groups over too few rows.
 *
 * @param found.rows   real rows in all, or the rows of each time step.
 * @param found.sizes  of what came, e.g. `time 3, batch 1`.
 * @throws UsageError with the numbers that would do, where rows are no more than a group has features.
 */
export function refuseFewRows(
  caller: string,
  { over, groupSize }: WhitenSpec,
  found: { readonly rows: number; readonly features: number; readonly sizes: string },
): void {
  const { rows, features, sizes } = found;
  if (rows > groupSize) return;
  const place = over === 'frame' ? 'at a time step' : 'in all';
  let fits = rows - 1;
  while (fits > 1 && features % fits !== 0) fits--;
  const smaller = fits < 1 ? '' : `, groups of at most ${fits}`;
  throw new UsageError(
    `${caller}: mode "batch" was given ${rows} real row${rows === 1 ? '' : 's'} ${place} (${sizes}), expected at least ${groupSize + 1} to whiten groups of ${groupSize}.`,
    {
      hint: `Use a batch of ${groupSize + 1} rows or more${smaller}, or stored statistics (running or recalibrated).`,
    },
  );
}
