import type { Matrix } from './matrix';

/**
 * Random access to the features of the utterances of a data set; nothing but what is asked for is in memory.
 *
 * Keys stand in the order of the data set's files. `frames` costs no reading.
 */
export interface FeatureTable {
  readonly keys: readonly string[];
  /** Values a frame, deltas included. */
  readonly columns: number;
  /** The number of frames of one utterance; DataError for an unknown key. */
  frames(key: string): number;
  /**
   * Reads one utterance, float32 [frames, columns], a fresh array at each call. May be called many times at once.
   *
   * @throws DataError naming file, key and byte offset when the archive is not what it should be.
   */
  read(key: string): Promise<Matrix>;
  /** Closes the open archives; reading afterwards is an error. */
  close(): Promise<void>;
}

/** The target class of every frame of every utterance, in memory. */
export interface AlignmentTable {
  readonly keys: readonly string[];
  /** One more than the largest class that may occur: the pdf count of a model, else as given or seen. */
  readonly classes: number;
  has(key: string): boolean;
  /** The number of frames of one utterance; DataError for an unknown key. */
  frames(key: string): number;
  /**
   * int32 [frames], classes from 0: a fresh array, or the front of `into` where that is given and long enough.
   * DataError for an unknown key.
   */
  read(key: string, into?: Int32Array): Int32Array;
}
