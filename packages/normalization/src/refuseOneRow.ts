import { UsageError } from '@bnrnn/core';
import type { NormalizeOver } from './normalizerSpec';

/**
 * Refuses to take moments of fewer than 2 rows.
 *
 * @param rows   real rows in all, or the rows of each time step.
 * @param sizes  of what came, e.g. `time 3, batch 1`.
 * @throws UsageError where there are fewer than 2.
 */
export function refuseOneRow(
  caller: string,
  over: NormalizeOver,
  rows: number,
  sizes: string,
): void {
  if (rows >= 2) return;
  const place = over === 'frame' ? 'at a time step' : 'in all';
  throw new UsageError(
    `${caller}: mode "batch" was given ${rows} real row${rows === 1 ? '' : 's'} ${place} (${sizes}), expected at least 2 to take moments over.`,
    { hint: 'Use stored statistics (running or recalibrated), or a larger batch.' },
  );
}
