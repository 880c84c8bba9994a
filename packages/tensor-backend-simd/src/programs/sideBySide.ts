import type { Program } from '../threads/thread';

/**
 * Runs a program twice, with `count` arguments each, and gives each run half of the threads: for scans, whose threads meet
 * at every step, so that fewer threads wait less. An odd number of threads takes the runs one after the other.
 */
export function sideBySide(program: Program, count: number): Program {
  return (thread, values) => {
    if (thread.half === undefined) {
      program(thread, values);
      program(thread, values.subarray(count));
    } else {
      program(thread.half.thread, values.subarray(thread.half.which * count));
    }
  };
}
