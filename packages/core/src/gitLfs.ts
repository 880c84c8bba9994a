import { DataError } from './errors';

/** The most bytes that a pointer of Git LFS may have, by its specification. */
export const longestLfsPointer = 1024;

const firstLine = 'version https://git-lfs.github.com/spec/v';

/**
 * Refuses what Git LFS leaves in place of a file that it has not fetched.
 *
 * @param path   the file, for the message.
 * @param begin  its first bytes; the first 1,024 decide.
 * @throws DataError naming the file, the size of what is missing and the command that fetches it.
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export function refuseLfsPointer(path: string, begin: Uint8Array): void {
  if (begin.length < firstLine.length) return;
  for (let i = 0; i < firstLine.length; i++) {
    if (begin[i] !== firstLine.charCodeAt(i)) return;
  }
  const text = new TextDecoder().decode(begin.subarray(0, longestLfsPointer));
  const size = /^size (\d+)$/m.exec(text)?.[1];
  const missing = size === undefined ? 'the file' : `the file of ${size} bytes`;
  throw new DataError(`${path} is a pointer of Git LFS: ${missing} was never fetched.`, {
    hint: 'Fetch it with "git lfs pull" in its repository, or download the file itself.',
  });
}
