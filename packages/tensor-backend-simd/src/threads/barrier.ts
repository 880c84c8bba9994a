import { signal } from './control';

/** How often a thread looks before it sleeps: some tenths of a millisecond, longer than the calling thread takes from one program to the next. */
export const spins = 200_000;

/** Where each barrier counts arrivals; the word behind it counts how often it was passed. */
const barriers = [signal.arrived, signal.halves, signal.halves + 2] as const;

/** What a thread throws at a barrier that another will not reach, because its program threw. */
export class BrokenBarrier extends Error {}

/**
 * A barrier for `parts` threads over two of the shared signals, `arrived` and `generation`.
 *
 * It throws BrokenBarrier where `breakBarriers` was called meanwhile.
 */
export function makeBarrier(
  signals: Int32Array,
  parts: number,
  arrived: number = signal.arrived,
): () => void {
  const passed = arrived + 1;
  if (parts === 1) return () => undefined;
  const expectWhole = (): void => {
    if (Atomics.load(signals, signal.failed) !== 0) throw new BrokenBarrier();
  };
  return () => {
    const generation = Atomics.load(signals, passed);
    if (Atomics.add(signals, arrived, 1) === parts - 1) {
      Atomics.store(signals, arrived, 0);
      Atomics.add(signals, passed, 1);
      Atomics.notify(signals, passed);
      return;
    }
    let looks = 0;
    while (Atomics.load(signals, passed) === generation) {
      if (++looks <= spins) continue;
      // Broken before this thread came: nobody will wake it.
      expectWhole();
      Atomics.wait(signals, passed, generation);
    }
    expectWhole();
  };
}

/** Says that a thread's program threw, and lets the threads go that wait for it. */
export function breakBarriers(signals: Int32Array): void {
  Atomics.store(signals, signal.failed, 1);
  for (const arrived of barriers) {
    Atomics.add(signals, arrived + 1, 1);
    Atomics.notify(signals, arrived + 1);
  }
}

/** Whether a program threw; makes the barriers whole again. Only while all threads rest. */
export function mendBarriers(signals: Int32Array): boolean {
  if (Atomics.exchange(signals, signal.failed, 0) === 0) return false;
  for (const arrived of barriers) Atomics.store(signals, arrived, 0);
  return true;
}
