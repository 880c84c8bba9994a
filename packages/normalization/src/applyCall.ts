import { countRealSteps, expectShape, paddedLengths, type Lengths } from '@bnrnn/core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { NamedTensors, Normalizer, NormalizerMode } from './normalizer';
import type { NormalizeOver } from './normalizerSpec';
import type { Ranks } from './sumOverRanks';
import { expectWeights, type CheckedWeights } from './weights';

/** One call of `apply` of a strategy that measures rows, checked. */
export interface ApplyCall {
  readonly x: Tensor3D;
  readonly weights: CheckedWeights;
  readonly statistics: NamedTensors;
  readonly mode: NormalizerMode;
  /** Undefined where nothing is padded. */
  readonly lengths: Lengths | undefined;
  readonly firstStep: number;
  /** Undefined where this process has the whole batch. */
  readonly ranks: Ranks | undefined;
}

/**
 * Checks what `apply` was given, except the statistics.
 *
 * @throws ShapeError when sizes disagree; UsageError without a gain, or for a length outside 0 to time.
 */
export function applyCallOf(
  caller: string,
  ...[x, parameters, statistics, options]: Parameters<Normalizer['apply']>
): ApplyCall {
  expectShape(caller, 'x', x, { time: null, batch: null, features: null });
  const { mode, lengths, firstStep = 0, collective } = options;
  const [time, batch, features] = x.shape;
  return {
    x,
    weights: expectWeights(caller, parameters, features),
    statistics,
    mode,
    lengths: paddedLengths(caller, lengths, { time, batch }),
    firstStep,
    ranks: collective?.size === 1 ? undefined : collective,
  };
}

/** The rows that moments are taken of, of each time step or in all, and a phrase for the sizes of what came. */
export function rowsOfCall(
  { x, lengths }: ApplyCall,
  over: NormalizeOver,
): { readonly rows: number; readonly sizes: string } {
  const [time, batch] = x.shape;
  const rows = over === 'frame' ? batch : countRealSteps({ time, batch }, lengths);
  return { rows, sizes: `time ${time}, batch ${batch}` };
}

/** The real rows of each set of moments: of each time step, or of all together. */
export function countsOfSets(over: NormalizeOver, counts: Int32Array): ArrayLike<number> {
  return over === 'sequence' ? [counts.reduce((sum, count) => sum + count, 0)] : counts;
}
