/** The system's name of a failure, e.g. `ENOENT`; empty where it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

const sentences: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that',
  EDQUOT: 'the quota of the disk is used up',
  EISDIR: 'it is a folder',
  EIO: 'the disk reported a failure',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
  EPERM: 'this user may not do that',
  EROFS: 'the disk is read-only',
};

/** Why a file could not be read or written, in words. */
export function reasonOf(error: unknown): string {
  const known = new Map(Object.entries(sentences)).get(errorCode(error));
  return known ?? (error instanceof Error ? error.message : String(error));
}
