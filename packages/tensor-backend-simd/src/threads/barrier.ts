import { signal } from './control';

/** How often a thread looks before it sleeps: some tens of microseconds. */
export const spins = 20_000;

/** A barrier for `parts` threads over two of the shared signals, `arrived` and `generation`. */
export function makeBarrier(
  signals: Int32Array,
  parts: number,
  arrived: number = signal.arrived,
): () => void {
  const passed = arrived + 1;
  if (parts === 1) return () => undefined;
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
      if (++looks > spins) Atomics.wait(signals, passed, generation);
    }
  };
}
