import { expectNumber, expectOneOf } from '@bnrnn/core';

/** Clipping by the global norm of a gradient whose loss is summed over the time steps. */
export interface ClipSpec {
  readonly maxNorm: number;
  /** Which norms count as too large: those above `maxNorm`, or also `maxNorm` itself. */
  readonly at: 'above' | 'at or above';
}

/**
 * The largest norm that a gradient summed over so many rows may have, as the float32 that a device compares with.
 *
 * @returns undefined where nothing is clipped.
 */
export function largestNorm(clip: ClipSpec | undefined, rows: number): number | undefined {
  return clip && Math.fround(clip.maxNorm * rows);
}

/**
 * Whether the norm of a gradient summed over so many rows counts as too large.
 *
 * @param norm  float32, the L2 norm over all parameters together.
 */
export function isClipped(norm: number, clip: ClipSpec | undefined, rows: number): boolean {
  const largest = largestNorm(clip, rows);
  if (clip === undefined || largest === undefined) return false;
  return clip.at === 'above' ? norm > largest : norm >= largest;
}

/** @throws UsageError when the threshold or the rule is not usable. */
export function checkClip(caller: string, clip: ClipSpec | undefined): void {
  if (clip === undefined) return;
  expectNumber(`${caller}: clip.maxNorm`, clip.maxNorm, { above: 0 });
  expectOneOf(`${caller}: clip.at`, clip.at, ['above', 'at or above']);
}
