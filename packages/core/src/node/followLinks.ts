import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** More links than any system follows. */
const mostLinks = 40;

/**
 * The path that a path's symbolic links lead to; nothing needs to be there. The links of open descriptors
 * (`/dev/stdout`, `/proc/self/fd/3`) stay: what they show need not be a path.
 *
 * @throws the system's error of links in a circle, or where a folder of the path is missing.
 */
export async function followLinks(path: string): Promise<string> {
  let at = resolve(path);
  for (let links = 0; links < mostLinks; links++) {
    at = join(await realpath(dirname(at)), basename(at));
    if (isDescriptor(at)) return at;
    const next = await readlink(at).catch(() => undefined);
    if (next === undefined) return at;
    at = resolve(dirname(at), next);
  }
  throw Object.assign(new Error(`too many links: ${path}`), { code: 'ELOOP' });
}

/** True of a name that stands for an open file of a process. */
export function isDescriptor(path: string): boolean {
  return /^\/proc\/[^/]+\/(task\/[^/]+\/)?fd\/\d+$/.test(path);
}
