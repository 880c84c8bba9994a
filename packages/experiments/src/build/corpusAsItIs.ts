import type { CorpusPath } from '../recipes/recipe';
import { chosen } from '../settings/setting';
import type { SettingsOf } from '../settings/settings';

/** The corpora as they come; also how runs read them before there was a choice. */
export const corpusAsItIs: SettingsOf<CorpusPath> = {
  'data.level': chosen('word', 'as in table 2'),
  'data.split': chosen('files'),
  'data.vocabularySize': chosen(0, 'the vocabulary of the corpus'),
  'data.minCount': chosen(0, 'no limit'),
};
