const flags: Readonly<Record<string, string>> = {
  FileSystemRead: '--allow-fs-read',
  FileSystemWrite: '--allow-fs-write',
  ChildProcess: '--allow-child-process',
  WorkerThreads: '--allow-worker',
};

/** What an error of Node's permission model means, and the flag that allows it; undefined for any other error. */
export function permissionFailure(error: unknown): { message: string; hint: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, permission = '', resource = '' } = error as Error & Record<string, unknown>;
  const forbidsSync = /\b(fsync|fdatasync)\b.*Permission Model/i.test(error.message);
  if (code !== 'ERR_ACCESS_DENIED' && !forbidsSync) return undefined;
  if (forbidsSync) {
    return {
      message: "Node's permission model forbids fsync, without which no checkpoint is safe.",
      hint: 'Run this command without --permission.',
    };
  }
  const what = String(permission);
  const where = typeof resource === 'string' && resource !== '' ? ` on ${resource}` : '';
  const flag = flags[what];
  const value =
    flag?.startsWith('--allow-fs') === true && where !== '' ? `=${String(resource)}` : '';
  return {
    message: `Node's permission model forbids ${what === '' ? 'this' : what}${where}.`,
    hint:
      flag === undefined
        ? 'Run this command without --permission.'
        : `Start Node with ${flag}${value}, or without --permission.`,
  };
}
