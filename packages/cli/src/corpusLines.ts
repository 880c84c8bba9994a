import { DataError } from '@bnrnn/core';
import type { CorpusInfo } from '@bnrnn/core';
import type { LoadedCorpus } from '@bnrnn/experiments';

/** What a user should know about a corpus before it is used. */
export function corpusLines({ info, unit, source, notes }: LoadedCorpus): string[] {
  const count = (value: number | undefined) => (value ?? 0).toLocaleString('en-US');
  const { train, valid, test } = info.counts;
  const digests = Object.entries(info.sha256).map(
    ([split, sha256]) => `${split} ${sha256.slice(0, 16)}`,
  );
  const checked = /^ptb(-char)?(\[|$)/.test(info.name) ? " (Mikolov's Penn Treebank, checked)" : '';
  return [
    `corpus ${info.name}: ${count(info.classes)} types; ${count(train)} train, ${count(valid)} valid, ` +
      `${count(test)} test ${unit}s`,
    `SHA-256 ${digests.join(', ')}${checked}`,
    ...notes.map((note) => `note: ${note}`),
    ...(source === undefined
      ? []
      : [`the source's perplexity is ${source.perplexity.toFixed(4)}: no model can do better`]),
  ];
}

/** What a run's own corpus is looked for by. */
const ownNames = ['glosses', 'synthetic'] as const;

/**
 * Two corpora are the same when their tokens are: blanks and line ends do not count. A run that is
 * older than hashes of tokens is compared by the bytes of its files.
 *
 * @param data  where the corpus was looked for.
 * @throws DataError when a corpus is not the one a run was trained on, saying in what they differ.
 */
export function expectSameCorpus(wanted: CorpusInfo, found: CorpusInfo, data: string): void {
  for (const [split, sha256] of Object.entries(wanted.sha256)) {
    const other = found.sha256[split];
    if (other === sha256) continue;
    const isOld = wanted.fileSha256 === undefined;
    if (isOld && found.fileSha256?.[split] === sha256) continue;
    const [count, here] = [wanted.counts[split], found.counts[split]];
    const counted =
      count === here
        ? ''
        : `; it has ${here ?? 'no'} tokens or frames, expected ${count ?? 'none'}`;
    const own = ownNames.find((name) => wanted.name.startsWith(name));
    throw new DataError(
      `${data} is not the corpus of this run: the SHA-256 of ${split} begins ` +
        `${(other ?? 'nowhere').slice(0, 16)}, expected ${sha256.slice(0, 16)} (${wanted.name})${counted}.`,
      {
        hint:
          own === undefined
            ? `Name the place where ${wanted.name} is now, or start a new run.`
            : `The run was trained on ${own}: --data ${own}.`,
      },
    );
  }
}
