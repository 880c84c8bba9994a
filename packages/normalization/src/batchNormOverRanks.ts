import { rowsOfEachStep, type Lengths } from '@bnrnn/core';
import { moments, standardize } from '@bnrnn/tensor-backend';
import { add, mul, sub, tensor2d, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { momentsOverRanks } from './momentsOverRanks';
import type { Normalized } from './normalizer';
import type { BatchNormSpec } from './normalizerSpec';
import { refuseOneRow } from './refuseOneRow';
import type { BatchStatistics } from './statistics';
import type { Ranks } from './sumOverRanks';
import type { CheckedWeights } from './weights';

interface Part extends CheckedWeights, Pick<BatchNormSpec, 'over' | 'epsilon' | 'epsilonRule'> {
  readonly x: Tensor3D;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
  /** The statistics of each step, or of all, for steps with fewer than 2 real rows. */
  readonly stored: () => BatchStatistics;
}

/**
 * Batch normalization of a batch that ranks hold in parts: as `batchNormalize` of the whole batch, cut.
 *
 * Moments and standardization are two ops, and ranks meet between them: once forward, once backward.
 *
 * Frame-wise, a time step with fewer than 2 real rows of all ranks is standardized with the statistics.
 *
 * @throws UsageError on every rank where, sequence-wise, all of them together have fewer than 2 real rows.
 */
export function batchNormOverRanks(
  caller: string,
  ranks: Ranks,
  { x, over, lengths, stored, ...given }: Part,
): Normalized {
  const [time, batch] = x.shape;
  const own = moments({ x, lengths, over });
  const rows = rowsOfEachStep({ time, batch }, lengths);
  const groups = over === 'frame' ? rows : [rows.reduce((sum, count) => sum + count, 0)];
  const counts = Float64Array.from(groups);
  const whole = momentsOverRanks(ranks, own, counts);
  if (over === 'sequence') {
    refuseOneRow(caller, over, counts[0] as number, `time ${time}, ${ranks.size} ranks`);
  }
  const few = over === 'frame' && counts.some((n) => n < 2);
  const used = few ? orElse(whole, stored(), counts) : whole;
  return { y: standardize({ x, lengths, ...given, ...used }), measured: whole };
}

/** The statistics of steps with fewer than 2 rows, which are constants; the moments of the others. */
function orElse(
  moments: BatchStatistics,
  stored: BatchStatistics,
  counts: Float64Array,
): BatchStatistics {
  const few = tensor2d(
    Float32Array.from(counts, (n) => Number(n < 2)),
    [counts.length, 1],
  );
  const choose = (own: Tensor2D, other: Tensor2D): Tensor2D =>
    add(mul(own, sub(1, few)), mul(other, few));
  return {
    mean: choose(moments.mean, stored.mean),
    variance: choose(moments.variance, stored.variance),
  };
}
