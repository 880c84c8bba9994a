import type { VocabularyLimits } from './chooseTypes';
import type { TextLevel } from './textCorpus';

/**
 * What tables call a corpus: its own name, `-char` where it is read by characters, and in brackets
 * what differs from the usual reading, e.g. `tales-char[count 2]`.
 */
export function corpusName(
  own: string,
  level: TextLevel,
  { vocabularySize, minCount }: VocabularyLimits,
  others: readonly string[] = [],
): string {
  const differs = [
    ...(vocabularySize === undefined ? [] : [`types ${vocabularySize}`]),
    ...(minCount === undefined ? [] : [`count ${minCount}`]),
    ...others,
  ];
  const name = level === 'character' ? `${own}-char` : own;
  return differs.length === 0 ? name : `${name}[${differs.join(', ')}]`;
}
