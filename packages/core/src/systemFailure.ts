import { DataError } from './errors';

/** The system's name of a failure, e.g. `ENOENT`; empty where it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

interface Explanation {
  /** Why it failed. */
  readonly reason: string;
  /** What helps where something was to be written. */
  readonly hint?: string;
}

const room = 'Make room on the disk, or name another place.';
const allowed = 'Name a place where this user may write.';

const explanations: ReadonlyMap<string, Explanation> = new Map<string, Explanation>([
  ['EACCES', { reason: 'this user may not do that', hint: allowed }],
  ['EBUSY', { reason: 'it is in use' }],
  ['EDQUOT', { reason: 'the quota of the disk is used up', hint: room }],
  ['EFBIG', { reason: 'it would be larger than a file may be here' }],
  ['EIO', { reason: 'the disk reported a failure' }],
  ['EISDIR', { reason: 'it is a folder', hint: 'Name a file.' }],
  ['ELOOP', { reason: 'its symbolic links go in a circle' }],
  ['EMFILE', { reason: 'too many files are open' }],
  ['ENAMETOOLONG', { reason: 'its name is too long' }],
  [
    'ENOENT',
    {
      reason: 'there is no such file or folder',
      hint: 'Make the folder first, or name another one.',
    },
  ],
  ['ENOSPC', { reason: 'the disk is full', hint: room }],
  ['ENOTDIR', { reason: 'a part of its path is a file' }],
  ['ENOTEMPTY', { reason: 'a folder of that name holds files' }],
  ['ENXIO', { reason: 'nothing reads from it' }],
  ['EPERM', { reason: 'this user may not do that', hint: allowed }],
  ['EPIPE', { reason: 'its reader went away' }],
  ['EROFS', { reason: 'the disk is read-only', hint: allowed }],
  ['Z_BUF_ERROR', { reason: 'the gzip data ends early' }],
]);

/** Why the system could not read or write something, in words and without its path. */
export function reasonOf(error: unknown): string {
  const known = explanations.get(errorCode(error))?.reason;
  return known ?? (error instanceof Error ? error.message : String(error));
}

/** The error for a path that could not be written, with what helps. */
export function cannotWrite(path: string, cause: unknown): DataError {
  const hint = explanations.get(errorCode(cause))?.hint;
  return new DataError(`${path} cannot be written: ${reasonOf(cause)}.`, {
    cause,
    ...(hint !== undefined && { hint }),
  });
}
