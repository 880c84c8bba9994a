import { signal } from './control';

/** How often a thread looks before it sleeps: some tens of microseconds. */
export const spins = 20_000;

/** A barrier for `parts` threads over the shared signals. */
export function makeBarrier(signals: Int32Array, parts: number): () => void {
  if (parts === 1) return () => undefined;
  return () => {
    const generation = Atomics.load(signals, signal.generation);
    if (Atomics.add(signals, signal.arrived, 1) === parts - 1) {
      Atomics.store(signals, signal.arrived, 0);
      Atomics.add(signals, signal.generation, 1);
      Atomics.notify(signals, signal.generation);
      return;
    }
    let looks = 0;
    while (Atomics.load(signals, signal.generation) === generation) {
      if (++looks > spins) Atomics.wait(signals, signal.generation, generation);
    }
  };
}
