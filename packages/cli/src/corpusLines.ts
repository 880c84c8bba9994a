import { DataError } from '@bnrnn/core';
import type { CorpusInfo } from '@bnrnn/core';
import type { LoadedCorpus } from '@bnrnn/experiments';

/** What a user should know about a corpus before it is used. */
export function corpusLines({ info, unit, source }: LoadedCorpus): string[] {
  const count = (value: number | undefined) => (value ?? 0).toLocaleString('en-US');
  const { train, valid, test } = info.counts;
  const digests = Object.entries(info.sha256).map(
    ([split, sha256]) => `${split} ${sha256.slice(0, 16)}`,
  );
  const checked = info.name === 'ptb' ? " (Mikolov's Penn Treebank, checked)" : '';
  return [
    `corpus ${info.name}: ${count(info.classes)} types; ${count(train)} train, ${count(valid)} valid, ` +
      `${count(test)} test ${unit}s`,
    `SHA-256 ${digests.join(', ')}${checked}`,
    ...(source === undefined
      ? []
      : [`the source's perplexity is ${source.perplexity.toFixed(4)}: no model can do better`]),
  ];
}

/**
 * @param data  where the corpus was looked for.
 * @throws DataError when a corpus is not the one a run was trained on.
 */
export function expectSameCorpus(wanted: CorpusInfo, found: CorpusInfo, data: string): void {
  for (const [split, sha256] of Object.entries(wanted.sha256)) {
    const other = found.sha256[split];
    if (other === sha256) continue;
    throw new DataError(
      `${data} is not the corpus of this run: the SHA-256 of ${split} begins ${(other ?? 'nowhere').slice(0, 16)}, expected ${sha256.slice(0, 16)} (${wanted.name}).`,
      { hint: `Name the folder of ${wanted.name} with --data.` },
    );
  }
}
