import { expectNumber, expectOneOf } from '@bnrnn/core';

/** Clipping by the global norm of a gradient whose loss is summed over the time steps. */
export interface ClipSpec {
  readonly maxNorm: number;
  /** Which norms count as too large: those above `maxNorm`, or also `maxNorm` itself. */
  readonly at: 'above' | 'at or above';
}

/** What a gradient is multiplied by, and whether that is a clip. */
export interface ClipResult {
  readonly scale: number;
  readonly clipped: boolean;
}

/**
 * The factor that brings a gradient of the given global norm down to the threshold.
 *
 *   scale = maxNorm / norm where the norm is too large, otherwise 1
 *
 * @param norm  the L2 norm over all parameters together; finite.
 * @see Pascanu, Mikolov, Bengio 2013, algorithm 1.
 */
export function clipScale(norm: number, clip: ClipSpec | undefined): ClipResult {
  if (clip === undefined) return { scale: 1, clipped: false };
  const clipped = clip.at === 'above' ? norm > clip.maxNorm : norm >= clip.maxNorm;
  return { scale: clipped ? clip.maxNorm / norm : 1, clipped };
}

/** @throws UsageError when the threshold or the rule is not usable. */
export function checkClip(caller: string, clip: ClipSpec | undefined): void {
  if (clip === undefined) return;
  expectNumber(`${caller}: clip.maxNorm`, clip.maxNorm, { above: 0 });
  expectOneOf(`${caller}: clip.at`, clip.at, ['above', 'at or above']);
}
