import type { Lengths } from '@bnrnn/core';
import { batchNormalizeOverRanksOp, runOp, standardize } from '@bnrnn/tensor-backend';
import { tensor1d, type Tensor3D } from '@tensorflow/tfjs-core';
import { batchMoments } from './batchMoments';
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
 * Batch normalization of a batch that ranks hold in parts: on a backend's kernel where it has one, otherwise the
 * moments of all ranks and then the standardization by them.
 *
 * @throws UsageError on every rank where all of them have fewer than 2 real rows of a sequence.
 */
export function normalizeOverRanks(
  caller: string,
  ranks: Ranks,
  { x, gain, shift, stored, ...attributes }: Part,
): { readonly y: Tensor3D } & BatchStatistics {
  const { over } = attributes;
  const { mean, variance } = over === 'frame' ? stored() : {};
  const { rows, ...result } = runOp(
    batchNormalizeOverRanksOp,
    { x, gain, shift, storedMean: mean, storedVariance: variance },
    { ...attributes, ranks },
    () => {
      const found = batchMoments(caller, ranks, { x, ...attributes, stored });
      const y = standardize({ x, gain, shift, ...attributes, ...found.used });
      return { y, ...found.own, rows: tensor1d(Float32Array.from(found.counts)) };
    },
  );
  if (over === 'sequence') {
    const [all = 0] = rows.dataSync<'float32'>();
    refuseOneRow(caller, over, all, `time ${x.shape[0]}, ${ranks.size} ranks`);
  }
  return result;
}
