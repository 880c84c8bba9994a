import { programNames, programs } from '../programs';
import { readArguments } from '../threads/arguments';
import { breakBarriers, spins } from '../threads/barrier';
import { signal } from '../threads/control';
import { makeThread, type ThreadSeed } from './makeThread';
import type { Products } from './ownProducts';
import type { Program } from '../threads/program';

/** A worker's life: builds its thread, says that it is ready, waits for a job, runs its part of it, waits again. */
export function serve(seed: ThreadSeed, products: Products, sayReady: () => void): void {
  const { thread, signals, values } = makeThread(seed, products);
  let seen = Atomics.load(signals, signal.job);
  sayReady();
  for (;;) {
    waitForJob(signals, seen);
    seen = Atomics.load(signals, signal.job);
    const name = programNames[Atomics.load(signals, signal.program)];
    if (name === undefined) return;
    const program: Program = programs[name];
    try {
      program.run(thread, readArguments(program.names, values));
    } catch {
      breakBarriers(signals);
    }
    Atomics.add(signals, signal.finished, 1);
    Atomics.notify(signals, signal.finished);
  }
}

function waitForJob(signals: Int32Array, seen: number): void {
  let looks = 0;
  while (Atomics.load(signals, signal.job) === seen) {
    if (++looks <= spins) continue;
    Atomics.add(signals, signal.sleeping, 1);
    Atomics.wait(signals, signal.job, seen);
    Atomics.sub(signals, signal.sleeping, 1);
  }
}
