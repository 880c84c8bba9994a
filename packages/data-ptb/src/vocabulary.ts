import { DataError, parseVocabulary, UsageError, type VocabularyData } from '@bnrnn/core';
import { wordsOf } from './blanks';

/** The type that stands for the end of a line. */
export const endOfLine = '<eos>';
/** The type that stands for rare words. */
export const unknownWord = '<unk>';

/** The type that stands for a space in a character vocabulary, as in Mikolov's character files. */
export const spaceCharacter = '_';

/** The types of a corpus and their ids, 0 to size − 1. */
export interface Vocabulary extends VocabularyData {
  readonly size: number;
  /** The id of a type, undefined where the vocabulary has none. */
  idOf(type: string): number | undefined;
  /** The type of an id. @throws UsageError outside 0 to size − 1. */
  typeOf(id: number): string;
  /**
   * Text to ids, int32 [tokens]. Words are split at blanks, U+0020 and below, as files are; in a
   * character vocabulary a space is `_`. What the vocabulary lacks becomes `<unk>`. A newline is
   * `<eos>`; none is added.
   *
   * @throws UsageError for a token outside a vocabulary that has no `<unk>`.
   */
  encode(text: string): Int32Array;
  /** Ids to text: words with a space between, or characters (`_` is a space); `<eos>` is a newline. */
  decode(ids: ArrayLike<number>): string;
  /** The data that `vocabularyFromData` reads. */
  toJSON(): VocabularyData;
}

/**
 * Makes a vocabulary of a list of types, or of what `toJSON` wrote and `JSON.parse` read.
 *
 * @param data   `unit` and `types`; nothing else is read.
 * @param where  what to call the data in an error, e.g. `vocabulary.json`.
 * @throws DataError when the data is not a list of distinct types and a unit.
 */
export function vocabularyFromData(data: unknown, where = 'vocabularyFromData: data'): Vocabulary {
  const { unit, types } = parseVocabulary(data, where);
  const ids = new Map(types.map((type, id) => [type, id]));
  if (ids.size !== types.length) {
    const twice = types.find((type, id) => ids.get(type) !== id);
    throw new DataError(`${where} has the type "${String(twice)}" twice.`);
  }

  const typeOf = (id: number): string => {
    const type = types[id];
    if (type !== undefined) return type;
    throw new UsageError(`typeOf: id is ${id}, expected 0 to ${types.length - 1}.`);
  };

  const lookUp = (token: string): number => {
    const id = ids.get(token) ?? ids.get(unknownWord);
    if (id !== undefined) return id;
    throw new UsageError(`encode: the ${unit} "${token}" is not in the vocabulary.`);
  };

  return {
    unit,
    types,
    size: types.length,
    idOf: (type) => ids.get(type),
    typeOf,
    encode(text) {
      const lines = text.split('\n').map((line) => tokensOfLine(line, unit).map(lookUp));
      return Int32Array.from(
        lines.flatMap((line, i) => (i === 0 ? line : [lookUp(endOfLine), ...line])),
      );
    },
    decode(tokens) {
      const names = Array.from(tokens, typeOf);
      if (unit === 'character') {
        return names
          .map((name) => (name === endOfLine ? '\n' : name === spaceCharacter ? ' ' : name))
          .join('');
      }
      return names
        .map((name) => (name === endOfLine ? '\n' : name))
        .join(' ')
        .replaceAll(/ ?\n ?/g, '\n');
    },
    toJSON: () => ({ unit, types: [...types] }),
  };
}

function tokensOfLine(line: string, unit: VocabularyData['unit']): string[] {
  if (unit === 'word') return wordsOf(line);
  return Array.from(line.replace(/\r$/, ''), (character) =>
    character === ' ' ? spaceCharacter : character,
  );
}
