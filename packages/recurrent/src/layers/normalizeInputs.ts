import { paddedLengths, rowsOfEachStep, UsageError } from '@bnrnn/core';
import { none, type Measured, type Normalizer } from '@bnrnn/normalization';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { statisticsAt, trainedAt } from './contextLookup';
import type { LayerContext } from './layer';

export interface NormalizedInputs {
  readonly y: Tensor3D;
  readonly measured: Readonly<Record<string, Measured>>;
}

/**
 * The paper's placement: normalizes W·x of all steps before the scan.
 *
 * @param projected  float32 [time, batch, features].
 * @throws UsageError when a position is given for more than one step.
 * @see docs/paper-map.md#batch-normalization-in-a-recurrent-network.
 */
export function normalizeInputs(
  normalizer: Normalizer = none(),
  projected: Tensor3D,
  context: LayerContext,
): NormalizedInputs {
  const path = `${context.path}.inputToHidden`;
  const { mode, lengths, position, ranks } = context;
  const [time, batch] = projected.shape;
  if (position !== undefined && time !== 1) {
    throw new UsageError(
      `${path}: position is given for ${time} steps, expected 1: it is that of a single step.`,
    );
  }
  const trained = trainedAt(path, context);
  const statistics = statisticsAt(path, context);
  const collective = ranks?.collective;
  const options = { mode, lengths, firstStep: position ?? 0, collective };
  const { y, measured } = normalizer.apply(projected, trained, statistics, options);
  if (measured === undefined) return { y, measured: {} };
  const sizes = { time, batch };
  const counts = ranks?.rows ?? rowsOfEachStep(sizes, paddedLengths(path, lengths, sizes));
  return { y, measured: { [path]: { tensors: measured, counts } } };
}
