import { rowsOfEachStep, type Lengths } from '@bnrnn/core';
import { moments } from '@bnrnn/tensor-backend';
import { add, mul, sub, tensor2d, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { momentsOverRanks } from './momentsOverRanks';
import type { NormalizeOver } from './normalizerSpec';
import { refuseOneRow } from './refuseOneRow';
import type { BatchStatistics } from './statistics';
import type { Ranks } from './sumOverRanks';

interface Part {
  readonly x: Tensor3D;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
  readonly over: NormalizeOver;
  /** The statistics of each step, or of all, for steps with fewer than 2 real rows. */
  readonly stored: () => BatchStatistics;
}

/**
 * The moments of a batch that ranks hold in parts, for a standardization in a second op: ranks meet between the two,
 * once forward and once backward.
 *
 * @param ranks  absent, or of size 1: this process has the whole batch.
 * @returns      `own`: the moments of the real rows, [time, features] or, sequence-wise, [1, features].
 *   `used`: the same, but the stored statistics, as constants, for a time step with fewer than 2 real rows.
 *   Both differentiable. `counts`: the real rows of each, of all ranks.
 * @throws UsageError where there are fewer than 2 real rows: sequence-wise in all, on every rank; frame-wise for a
 *   batch of one row that no rank adds to.
 */
export function batchMoments(
  caller: string,
  ranks: Ranks | undefined,
  { x, lengths, over, stored }: Part,
): {
  readonly own: BatchStatistics;
  readonly used: BatchStatistics;
  readonly counts: Float64Array;
} {
  const [time, batch] = x.shape;
  const rows = rowsOfEachStep({ time, batch }, lengths);
  const counts = Float64Array.from(
    over === 'frame' ? rows : [rows.reduce((sum, count) => sum + count, 0)],
  );
  const part = moments({ x, lengths, over });
  const meets = ranks !== undefined && ranks.size > 1;
  const own = meets ? momentsOverRanks(ranks, part, counts) : part;
  if (over === 'sequence' || !meets) {
    const found = over === 'sequence' ? (counts[0] as number) : batch;
    const place = meets ? `${ranks.size} ranks` : `batch ${batch}`;
    refuseOneRow(caller, over, found, `time ${time}, ${place}`);
  }
  const few = over === 'frame' && counts.some((n) => n < 2);
  return { own, used: few ? orElse(own, stored(), counts) : own, counts };
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
