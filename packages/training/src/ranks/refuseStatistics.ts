import { UsageError, type Collective } from '@bnrnn/core';
import type { SequenceModel } from '@bnrnn/recurrent';

/**
 * Refuses a model on several ranks whose normalizers measure the batch: each rank would measure its own part.
 *
 * @throws UsageError naming the first such normalizer.
 */
export function refuseStatistics(
  { size }: Collective,
  { normalizers }: Pick<SequenceModel, 'normalizers'>,
): void {
  if (size === 1) return;
  for (const [path, { needs }] of normalizers) {
    if (needs === 'row') continue;
    throw new UsageError(
      `train: ${path} measures the whole batch, which ${size} ranks hold in parts; its statistics are not summed over ranks yet.`,
      { hint: 'Train it in one process, or normalize each row by itself (--normalize layer).' },
    );
  }
}
