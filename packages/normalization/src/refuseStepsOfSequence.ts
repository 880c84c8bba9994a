import { UsageError } from '@bnrnn/core';
import type { NormalizeOver } from './normalizerSpec';

/** @throws UsageError where statistics over the sequence should be kept for each time step. */
export function refuseStepsOfSequence(where: string, over: NormalizeOver, perStep: boolean): void {
  if (!perStep || over === 'frame') return;
  throw new UsageError(
    `${where}: perStep is true with over "sequence", which has one set of statistics for all time steps.`,
    { hint: 'Leave perStep out, or normalize over "frame".' },
  );
}
