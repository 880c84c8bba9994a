import * as v from 'valibot';
import { count, listOf, parseAs } from './schema';

const vocabularySchema = v.object({
  unit: v.picklist(['word', 'character']),
  types: listOf(v.string()),
});

/** `vocabulary.json` of a language model's run: a type's id is its place in `types`. */
export type VocabularyData = Readonly<v.InferOutput<typeof vocabularySchema>>;

const classFramesSchema = v.object({
  /** Values of a frame. */
  features: count,
  /** Training frames of each class. */
  frames: listOf(count),
});

/** `classes.json` of a frame classifier's run: what it keeps of its training data. */
export type ClassFrames = Readonly<v.InferOutput<typeof classFramesSchema>>;

/** Checks the contents of a `vocabulary.json`. @throws DataError naming the file and the field that does not fit. */
export function parseVocabulary(value: unknown, where: string): VocabularyData {
  return parseAs(vocabularySchema, value, where);
}

/** Checks the contents of a `classes.json`. @throws DataError naming the file and the field that does not fit. */
export function parseClassFrames(value: unknown, where: string): ClassFrames {
  return parseAs(classFramesSchema, value, where);
}
