import { UsageError } from '@bnrnn/core';
import { none, type Moments, type Normalizer } from '@bnrnn/normalization';
import { reshape, type Rank, type Tensor3D } from '@tensorflow/tfjs-core';
import { weightsAt } from './contextLookup';
import type { LayerContext } from './layer';

export interface NormalizedInputs {
  readonly y: Tensor3D;
  readonly moments: Readonly<Record<string, Moments>>;
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
  const { mode, lengths, position } = context;
  const [time, batch, features] = projected.shape;
  const weights = weightsAt(path, context);
  const statistics = context.statistics.get(path) ?? normalizer.statistics(features);
  const named = (moments: Moments | undefined): NormalizedInputs['moments'] =>
    moments === undefined ? {} : { [path]: moments };

  if (position === undefined) {
    const { y, moments } = normalizer.apply(projected, weights, statistics, { mode, lengths });
    return { y, moments: named(moments) };
  }
  if (time !== 1) {
    throw new UsageError(
      `${path}: position is given for ${time} steps, expected 1: it is that of a single step.`,
    );
  }
  const step = reshape<Rank.R2>(projected, [batch, features]);
  const options = { mode, step: position, lengths };
  const { y, moments } = normalizer.applyStep(step, weights, statistics, options);
  return { y: reshape(y, [1, batch, features]), moments: named(moments) };
}
