import * as v from 'valibot';

/** What a run records of the data it was trained on. */
export const corpusInfoSchema = v.object({
  name: v.string(),
  /** SHA-256 of each split's text or archive, in hexadecimal. */
  sha256: v.record(v.string(), v.string()),
  /** Tokens or frames of each split. */
  counts: v.record(v.string(), v.number()),
  /** Distinct types of a text corpus, classes of a labelled one. */
  classes: v.number(),
});

export type CorpusInfo = v.InferOutput<typeof corpusInfoSchema>;
