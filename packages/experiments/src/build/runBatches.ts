import { UsageError } from '@bnrnn/core';
import {
  BatchTooLargeError,
  tokenBatches,
  type SplitName,
  type TextCorpus,
  type TokenBatches,
} from '@bnrnn/data-ptb';
import type { LanguageSettings } from '../settings/settings';

interface RunBatchesOptions {
  /** What to say to a reader who cannot change the settings: those of a trained run. */
  readonly keeps?: string;
  /** Of one of several ranks: only its own streams are kept. */
  readonly ranks?: { readonly rank: number; readonly size: number };
}

/**
 * The windows of one split as a run's settings cut it.
 *
 * @throws UsageError naming split and settings when the split does not fill one batch.
 */
export function runBatches(
  settings: LanguageSettings,
  { name, splits }: Pick<TextCorpus, 'name' | 'splits'>,
  split: SplitName,
  { keeps, ranks }: RunBatchesOptions = {},
): TokenBatches {
  const batch = settings['data.batch'].value;
  const time = settings['data.time'].value;
  const layout = settings['data.layout'].value;
  try {
    return tokenBatches(splits[split], {
      batch,
      time,
      layout,
      resetAt: settings['data.resetAt'].value,
      ...(ranks && { ranks }),
    });
  } catch (cause) {
    if (!(cause instanceof BatchTooLargeError)) throw cause;
    const { tokens, needed, fits } = cause;
    throw new UsageError(
      `The ${split} split of ${name} has ${tokens} tokens and does not fill one batch: data.batch=${batch} ` +
        `streams of data.time=${time} steps need ${needed} (data.layout=${layout}).`,
      { cause, hint: keeps ?? whatFits(fits) },
    );
  }
}

function whatFits(fits: BatchTooLargeError['fits']): string {
  const ways = [
    ...(fits.batch > 0 ? [`--set data.batch=${fits.batch}`] : []),
    ...(fits.time > 0 ? [`--set data.time=${fits.time}`] : []),
  ];
  return ways.length === 0 ? 'Take a longer text.' : `Would fit: ${ways.join(' or ')}.`;
}
