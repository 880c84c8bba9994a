import { DataError } from '@bnrnn/core';

/** What a frame classifier's run keeps of its training data: the contents of `classes.json`. */
export interface ClassFrames {
  /** Values of a frame. */
  readonly features: number;
  /** Training frames of each class. */
  readonly frames: readonly number[];
}

/** @throws DataError naming the file where it is something else. */
export function readClassFrames(value: unknown, file: string): ClassFrames {
  const { features, frames } = { ...(value as Partial<ClassFrames>) };
  const isCount = (count: unknown): boolean => typeof count === 'number' && count >= 0;
  if (isCount(features) && Array.isArray(frames) && frames.length > 0 && frames.every(isCount)) {
    return value as ClassFrames;
  }
  throw new DataError(
    `${file}: features and frames are not there, expected the width of a frame and a count for each class.`,
    { hint: 'Was the run written by another version of bnrnn?' },
  );
}
