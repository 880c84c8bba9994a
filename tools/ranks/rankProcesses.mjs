import { readFileSync } from 'node:fs';

/** What engines tell a process of its rank. */
const rankVariable = /^(?:PMI_RANK|OMPI_COMM_WORLD_RANK)=(\d+)$/;

/**
 * The processes below one that an engine started as ranks, by rank; Linux only.
 *
 * @returns [{ pid, rank }]; fewer than all while the job starts.
 */
export function rankProcesses(parent) {
  return descendants(parent).flatMap((pid) => {
    const rank = (readProc(pid, 'environ') ?? '')
      .split('\0')
      .map((entry) => rankVariable.exec(entry)?.[1])
      .find((found) => found !== undefined);
    // The helpers of an engine may have the variable too; a rank runs the same program as this one.
    const isRank =
      rank !== undefined && readProc(pid, 'cmdline')?.split('\0')[0] === process.execPath;
    return isRank ? [{ pid, rank: Number(rank) }] : [];
  });
}

/** Every process below one, the nearest first. */
export function descendants(parent) {
  const children = (readProc(parent, `task/${parent}/children`) ?? '')
    .split(' ')
    .filter((text) => text.trim() !== '')
    .map(Number);
  return children.flatMap((pid) => [pid, ...descendants(pid)]);
}

/** False of a process that is gone, and of one that only waits for its parent to read its status. */
export function isAlive(pid) {
  const state = readProc(pid, 'stat')?.split(') ').at(-1)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function readProc(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** The resident set of a process in MiB, now and at its fullest; 0 of one that is gone. */
export function memoryOf(pid) {
  const status = readProc(pid, 'status') ?? '';
  const field = (name) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { now: field('VmRSS') / 1024, most: field('VmHWM') / 1024 };
}
