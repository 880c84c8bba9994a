import { rmSync } from 'node:fs';
import { eventsOf, start } from './killJob.mjs';
import { memoryOf, rankProcesses } from './rankProcesses.mjs';

/**
 * Runs `bnrnn ARGS` in a folder on so many processes, and looks at their memory; Linux only.
 *
 * @param out  the run folder of the command; it is removed at the end.
 * @returns    of each process `openedMiB`, what it held when the first event was written, and `mostMiB`, at its fullest.
 */
export async function watchMemory(folder, out, args, count) {
  const { child, ended } = start(folder, args);
  let isOver = false;
  void ended.finally(() => (isOver = true));
  const found = Array.from({ length: count }, () => ({ openedMiB: 0, mostMiB: 0 }));
  while (!isOver) {
    const hasBegun = eventsOf(out).length > 0;
    const processes = count === 1 ? [{ pid: child.pid, rank: 0 }] : rankProcesses(child.pid);
    for (const { pid, rank } of processes) {
      const { now, most } = memoryOf(pid);
      found[rank].mostMiB = Math.max(found[rank].mostMiB, most);
      if (hasBegun && found[rank].openedMiB === 0) found[rank].openedMiB = now;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { status, stderr } = await ended;
  if (status !== 0) throw new Error(`bnrnn ${args.join(' ')} ended with ${status}:\n${stderr}`);
  rmSync(out, { recursive: true });
  return found;
}
