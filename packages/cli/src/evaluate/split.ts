import type { BatchSource } from '@bnrnn/core';

export type Split = 'train' | 'valid' | 'test';

/** One split of a run's data, opened to be evaluated. */
export interface EvaluatedSplit {
  /** What a reader should know about the data before it is used. */
  readonly lines: readonly string[];
  readonly source: BatchSource;
  /** The training batches, for recalibrated statistics. */
  readonly trainSource: BatchSource;
  close(): Promise<void>;
}
