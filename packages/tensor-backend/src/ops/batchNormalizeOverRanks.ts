import type { Collective, Lengths } from '@bnrnn/core';
import { defineOp } from '../dispatch/defineOp';

/**
 * Standardizes each feature over the real rows of all ranks, as `batchNormalize` does over those of one process.
 *
 *   y = gain·(x − mean) / s + shift     mean and variance: of the real rows of all ranks
 *
 * Ranks meet twice, each with float64 sums: forward with each group's rows, Σ x and Σ x²; backward with Σ dy and
 * Σ dy·(x − mean). Every rank runs it at the same place, with as many groups: a group is a time step for `frame`, all of
 * them for `sequence`. The gradients of gain and shift are those of this rank's rows.
 *
 * Frame-wise, a step with fewer than 2 real rows on all ranks together is standardized by `storedMean` and
 * `storedVariance`, which have one row for each step or one for all. `rows` are each group's real rows on all ranks;
 * the caller refuses too few of a sequence. `mean`, `variance` and `rows` are constants of the gradient.
 *
 * It has no fallback of its own: who runs it hands one in.
 *
 * @see Chan, Golub and LeVeque 1983, eq. 2.1; Ioffe, Szegedy 2015.
 */
export const batchNormalizeOverRanksOp = defineOp<{
  over: 'frame' | 'sequence';
  epsilon: number;
  epsilonRule: 'variance' | 'double';
  lengths: Lengths | undefined;
  ranks: Pick<Collective, 'sum'>;
}>()({
  name: 'batchNormalizeOverRanks',
  inputs: { x: 'time batch features', gain: 'features' },
  optional: { shift: 'features', storedMean: 'stored features', storedVariance: 'stored features' },
  outputs: {
    y: 'time batch features',
    mean: 'groups features',
    variance: 'groups features',
    rows: 'groups',
  },
  constants: ['storedMean', 'storedVariance'],
});
