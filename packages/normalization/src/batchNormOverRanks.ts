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
 * @throws UsageError on every rank where all of them together have one row.
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
  // A rank without a sequence of its own holds an empty column.
  const columns = lengths ? lengths.each.filter((length) => length > 0).length : batch;
  const counts = Float64Array.of(...groups, columns);
  const whole = momentsOverRanks(ranks, own, counts);
  const all = counts.subarray(0, groups.length);
  const most = over === 'frame' ? (counts.at(-1) as number) : (all[0] as number);
  refuseOneRow(caller, over, most, `time ${time}, ${ranks.size} ranks`);
  const used = over === 'frame' && all.some((n) => n < 2) ? orElse(whole, stored(), all) : whole;
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
