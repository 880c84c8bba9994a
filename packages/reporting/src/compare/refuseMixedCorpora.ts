import { UsageError, type CorpusInfo } from '@bnrnn/core';
import type { Run } from '../run/run';

/**
 * Refuses runs whose numbers cannot be compared: other data (a different SHA-256 of any split), or
 * another unit of the loss.
 *
 * @param where  the function that was called.
 * @throws UsageError naming both corpora or units.
 */
export function refuseMixedCorpora(where: string, runs: readonly Run[]): void {
  const [first, ...others] = runs;
  if (first === undefined) {
    throw new UsageError(`${where}: there are no runs, expected at least one.`);
  }
  for (const other of others) {
    const split = differentSplit(first.config.corpus, other.config.corpus);
    if (split !== undefined) {
      throw new UsageError(
        `${where}: ${nameOf(first, split)} and ${nameOf(other, split)} are different data, ` +
          'and their numbers cannot stand in one table.',
        { hint: 'Make one report for each corpus.' },
      );
    }
    if (first.config.unit !== other.config.unit) {
      throw new UsageError(
        `${where}: ${first.folder} predicts ${first.config.unit}s and ${other.folder} ` +
          `${other.config.unit}s, and nats of the two cannot stand in one table.`,
        { hint: 'Make one report for each unit.' },
      );
    }
  }
}

function differentSplit(a: CorpusInfo, b: CorpusInfo): string | undefined {
  const splits = new Set([...Object.keys(a.sha256), ...Object.keys(b.sha256)]);
  return [...splits].find((split) => a.sha256[split] !== b.sha256[split]);
}

function nameOf({ folder, config }: Run, split: string): string {
  const hash = config.corpus.sha256[split];
  const digest = hash === undefined ? `no ${split} split` : `${split} SHA-256 ${hash.slice(0, 16)}`;
  return `"${config.corpus.name}" of ${folder} (${digest})`;
}
