import * as v from 'valibot';
import { recordOf } from './schema';

/** What a run records of the data it was trained on. */
export const corpusInfoSchema = v.object({
  name: v.string(),
  /**
   * SHA-256 of each split's tokens or archive, in hexadecimal: what makes two corpora the same. Runs
   * before `fileSha256` have the SHA-256 of a text file's bytes here.
   */
  sha256: recordOf(v.string()),
  /** SHA-256 of the bytes of each split's text file, unpacked: information, nothing is refused by it. */
  fileSha256: v.exactOptional(recordOf(v.string())),
  /** Tokens or frames of each split. */
  counts: recordOf(v.number()),
  /** Distinct types of a text corpus, classes of a labelled one. */
  classes: v.number(),
});

export type CorpusInfo = v.InferOutput<typeof corpusInfoSchema>;
