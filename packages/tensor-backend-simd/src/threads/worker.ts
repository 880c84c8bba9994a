import { parentPort, workerData } from 'node:worker_threads';
import { programNames, programs } from '../programs';
import { readArguments } from './arguments';
import { breakBarriers, spins } from './barrier';
import { signal } from './control';
import { makeThread, type ThreadSeed } from './makeThread';
import type { Program } from './program';

/** A worker: waits for a job, runs its part of the program, says so, waits again. */
const seed = workerData as ThreadSeed;
const { thread, signals, values } = makeThread(seed);
let seen = Atomics.load(signals, signal.job);
parentPort?.postMessage('ready');

for (;;) {
  waitForJob();
  seen = Atomics.load(signals, signal.job);
  const name = programNames[Atomics.load(signals, signal.program)];
  if (name === undefined) break;
  const program: Program = programs[name];
  try {
    program.run(thread, readArguments(program.names, values));
  } catch {
    breakBarriers(signals);
  }
  Atomics.add(signals, signal.finished, 1);
  Atomics.notify(signals, signal.finished);
}

function waitForJob(): void {
  let looks = 0;
  while (Atomics.load(signals, signal.job) === seen) {
    if (++looks <= spins) continue;
    Atomics.add(signals, signal.sleeping, 1);
    Atomics.wait(signals, signal.job, seen);
    Atomics.sub(signals, signal.sleeping, 1);
  }
}
