import { paddedLengths, rowsOfEachStep, UsageError } from '@bnrnn/core';
import { measuredRows, type Measured, type Normalizer } from '@bnrnn/normalization';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { statisticsAt, trainedAt } from './contextLookup';
import type { LayerContext } from './layer';

export interface NormalizedSteps {
  readonly y: Tensor3D;
  /** Path -> what the normalizer there measured. */
  readonly measured: Readonly<Record<string, Measured>>;
}

/**
 * Normalizes the values of all steps at once, outside the recurrence: W·x before the scan, which is
 * the paper's placement, h behind it, or the output of an embedding.
 *
 * @param path  of the normalizer, e.g. `layers.0.inputToHidden`.
 * @param x     float32 [time, batch, features].
 * @throws UsageError when a position is given for more than one step.
 * @see docs/paper-map.md#batch-normalization-in-a-recurrent-network.
 */
export function normalizeSteps(
  normalizer: Normalizer | undefined,
  path: string,
  x: Tensor3D,
  context: LayerContext,
): NormalizedSteps {
  if (normalizer === undefined) return { y: x, measured: {} };
  const { mode, lengths, position, ranks } = context;
  const [time, batch] = x.shape;
  if (position !== undefined && time !== 1) {
    throw new UsageError(
      `${path}: position is given for ${time} steps, expected 1: it is that of a single step.`,
    );
  }
  const trained = trainedAt(path, context);
  const statistics = statisticsAt(path, context);
  const collective = ranks?.collective;
  const options = { mode, lengths, firstStep: position ?? 0, collective };
  const { y, measured } = normalizer.apply(x, trained, statistics, options);
  if (measured === undefined) return { y, measured: {} };
  const counts = measuredRows(normalizer, realRows(path, { time, batch }, context));
  return { y, measured: { [path]: { tensors: measured, counts } } };
}

/** The real rows of each time step, of all ranks. */
export function realRows(
  where: string,
  sizes: { readonly time: number; readonly batch: number },
  { lengths, ranks }: Pick<LayerContext, 'lengths' | 'ranks'>,
): Int32Array {
  return ranks?.rows ?? rowsOfEachStep(sizes, paddedLengths(where, lengths, sizes));
}
