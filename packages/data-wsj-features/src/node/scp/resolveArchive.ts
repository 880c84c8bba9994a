import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { fault } from '../../bytes/fault';

/** Where the archives that a list names are looked for, and who hears about it. */
export interface ResolveOptions {
  /** The folder that relative paths belong to, tried first. */
  readonly root?: string;
  /** Default: the process's working directory. */
  readonly cwd?: string;
  /** Told, once for each folder, where archives were found that are not where the list says. */
  readonly note?: (sentence: string) => void;
}

/**
 * Finds the archives that a list names: undefined for one that is nowhere.
 *
 * A relative path is tried below `root`, the working directory, the list's folder and its parents up to the root of its
 * data (the folder that holds `data`, or two folders up). An absolute one
 * that does not exist (the list was copied from another machine) is tried by its last parts below the same folders,
 * the most parts first, down to its base name; two that would both be the same file are a DataError.
 */
export function archiveResolver(
  list: string,
  options: ResolveOptions,
): (path: string) => Promise<string | undefined> {
  const { root, cwd = process.cwd(), note } = options;
  const folder = dirname(resolve(cwd, list));
  const bases = [...new Set([...(root === undefined ? [] : [resolve(cwd, root)]), cwd])];
  for (const base of withParents(folder)) if (!bases.includes(base)) bases.push(base);

  const found = new Map<string, Promise<string | undefined>>();
  const told = new Set<string>();
  const tell = (path: string, used: string): void => {
    const from = dirname(path);
    const to = dirname(used);
    if (told.has(`${from}\0${to}`)) return;
    told.add(`${from}\0${to}`);
    note?.(`${list}: ${path} was read from ${used}.`);
  };
  const moved = new Map<string, string>();
  const refuseSecond = (path: string, used: string): void => {
    const other = moved.get(used) ?? path;
    moved.set(used, path);
    if (other === path) return;
    throw fault({ file: list }, `names ${other} and ${path}, of which only ${used} can be found.`, {
      hint: 'Put the archives where the list says, or write their paths into it.',
    });
  };
  const find = async (path: string): Promise<string | undefined> => {
    for (const candidate of candidates(path, bases)) {
      if (!(await isFile(candidate))) continue;
      if (candidate !== path) {
        if (isAbsolute(path)) refuseSecond(path, candidate);
        tell(path, candidate);
      }
      return candidate;
    }
    return undefined;
  };
  return (path) => {
    const known = found.get(path) ?? find(path);
    found.set(path, known);
    return known;
  };
}

function* candidates(path: string, bases: readonly string[]): Generator<string> {
  if (!isAbsolute(path)) {
    for (const base of bases) yield join(base, path);
    return;
  }
  yield path;
  const parts = dirname(path).split(sep).filter(Boolean);
  for (let first = 0; first <= parts.length; first++) {
    for (const base of bases) yield join(base, ...parts.slice(first), basename(path));
  }
}

/** How far above a list the folder that holds `data` may lie, and how far any list looks. */
const [mostAboveData, mostAbove] = [5, 2];

/**
 * The list's folder and its parents up to the root of its data: the folder that holds `data`, as recipes have it
 * (`s5/data/train/feats.scp`), and in any case two folders up. The root of the file system is never among them.
 */
function withParents(folder: string): string[] {
  const parents = [folder];
  while (parents.length <= mostAboveData) {
    const last = parents.at(-1) ?? folder;
    if (dirname(last) === last) break;
    parents.push(dirname(last));
  }
  const data = parents.findIndex((path) => basename(path) === 'data');
  const used = Math.max(mostAbove, data + 1);
  return parents.slice(0, used + 1).filter((path) => dirname(path) !== path);
}

/** Whether a regular file is there; among the parents' folders is many a name that an archive could have. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
