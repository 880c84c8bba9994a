import type { CorpusInfo } from '@bnrnn/core';
import type { Tokens } from './tokens';
import type { Vocabulary } from './vocabulary';

/** The three parts of a corpus, in the order they are read. */
export const splitNames = ['train', 'valid', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** What a token of a text can be. */
export const textLevels = ['word', 'character'] as const;
export type TextLevel = (typeof textLevels)[number];

/** A text corpus as token ids. */
export interface TextCorpus<Kind extends Tokens = Tokens> {
  /** What tables call it, e.g. `ptb`. */
  readonly name: string;
  /** What a token is. */
  readonly unit: TextLevel;
  readonly vocabulary: Vocabulary;
  /**
   * The tokens of each split: ids into `vocabulary`, one `<eos>` at the end of each line. Those of files are read
   * from them when they are asked for: `readTokens`.
   */
  readonly splits: Readonly<Record<SplitName, Kind>>;
  /** What a run records: tokens of each split, types, SHA-256 of each split's tokens. */
  readonly info: CorpusInfo;
  /** What its reader should know of how the text was read: whole sentences. */
  readonly notes: readonly string[];
}

/** One value for each split, made in the order train, valid, test. */
export function mapSplits<Value>(make: (split: SplitName) => Value): Record<SplitName, Value> {
  return { train: make('train'), valid: make('valid'), test: make('test') };
}

/** The same of values that are made one after the other. */
export async function mapSplitsInTurn<Value>(
  make: (split: SplitName) => Promise<Value>,
): Promise<Record<SplitName, Value>> {
  return { train: await make('train'), valid: await make('valid'), test: await make('test') };
}
