import type { CorpusInfo } from '@bnrnn/core';
import type { Vocabulary } from './vocabulary';

/** The three parts of a corpus, in the order they are read. */
export const splitNames = ['train', 'valid', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** What a token of a text can be. */
export const textLevels = ['word', 'character'] as const;
export type TextLevel = (typeof textLevels)[number];

/** A text corpus as token ids. */
export interface TextCorpus {
  /** What tables call it, e.g. `ptb`. */
  readonly name: string;
  /** What a token is. */
  readonly unit: TextLevel;
  readonly vocabulary: Vocabulary;
  /** int32 [tokens] of each split: ids into `vocabulary`, one `<eos>` at the end of each line. */
  readonly splits: Readonly<Record<SplitName, Int32Array>>;
  /** What a run records: tokens of each split, types, SHA-256 of each split's tokens. */
  readonly info: CorpusInfo;
  /** What its reader should know of how the text was read: whole sentences. */
  readonly notes: readonly string[];
}

/** One value for each split, made in the order train, valid, test. */
export function mapSplits<Value>(make: (split: SplitName) => Value): Record<SplitName, Value> {
  return { train: make('train'), valid: make('valid'), test: make('test') };
}
