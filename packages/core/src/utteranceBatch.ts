import type { BatchPart } from './batchPart';

/** A mini-batch of padded utterances. Axis order is [time, batch, features] everywhere. */
export interface UtteranceBatch {
  readonly kind: 'utterances';
  readonly time: number;
  readonly batch: number;
  readonly features: number;
  /** float32 [time, batch, features]; padded frames may hold anything. */
  readonly inputs: Float32Array;
  /** int32 [time, batch]: the class of each frame; padded frames may hold anything in range. */
  readonly targets: Int32Array;
  /** int32 [batch]: the frames of each column; what stands behind them is padding. */
  readonly lengths: Int32Array;
  /** The utterance id of each column. */
  readonly keys: readonly string[];
  /**
   * Where these columns stand in the batch of all ranks; absent where this is the whole batch. A rank may have
   * none of its columns.
   */
  readonly part?: BatchPart;
}
