import type { Program } from '../threads/program';

/**
 * Runs a program twice and gives each run half of the threads: for scans, whose threads meet at every step, so that
 * fewer threads wait less. An odd number of threads takes the runs one after the other.
 */
export function sideBySide<Given>(
  one: Program<Given>,
): Program<{ readonly first: Given; readonly second: Given }> {
  return {
    names: { first: one.names, second: one.names },
    run(thread, { first, second }) {
      if (thread.half === undefined) {
        one.run(thread, first);
        one.run(thread, second);
      } else {
        one.run(thread.half.thread, thread.half.which === 0 ? first : second);
      }
    },
  };
}
