import { Worker } from 'node:worker_threads';
import { BackendError } from '@bnrnn/core';
import type { BlasSource } from '../blas/loadBlas';
import { type ArgumentsOf, type ProgramName, programNames, programs } from '../programs';
import { writeArguments } from './arguments';
import { breakBarriers, BrokenBarrier, mendBarriers, spins } from './barrier';
import { signal } from './control';
import { makeThread, type ThreadSeed } from './makeThread';
import type { Program } from './program';

/** The threads of one backend: the calling thread and, with more than one, workers. */
export interface Pool {
  readonly threads: number;
  /** The library of matrix products; undefined for our own product. */
  readonly blas: BlasSource['name'] | undefined;
  /**
   * Runs a program on every thread and returns when all have finished.
   *
   * @throws what the calling thread's part throws; BackendError where a worker's does.
   */
  run<Name extends ProgramName>(program: Name, given: ArgumentsOf<Name>): void;
  stop(): Promise<void>;
}

/** Starts `threads - 1` workers; one thread starts none. */
export async function startPool(
  seed: Omit<ThreadSeed, 'part' | 'parts'>,
  threads: number,
): Promise<Pool> {
  const own = makeThread({ ...seed, part: 0, parts: threads });
  const starting = Array.from({ length: threads - 1 }, (_, index) =>
    startWorker({ ...seed, part: index + 1, parts: threads }),
  );
  const workers = await Promise.all(starting).catch(async (error: unknown) => {
    await Promise.allSettled(starting.map(async (worker) => (await worker).terminate()));
    throw error;
  });
  const { signals } = own;

  return {
    threads,
    blas: seed.blas?.name,
    run(name, given) {
      const program: Program = programs[name];
      if (workers.length > 0) {
        writeArguments(program.names, given, own.values);
        Atomics.store(signals, signal.finished, 0);
        Atomics.store(signals, signal.program, programNames.indexOf(name));
        Atomics.add(signals, signal.job, 1);
        if (Atomics.load(signals, signal.sleeping) > 0) Atomics.notify(signals, signal.job);
      }
      let thrown: unknown;
      try {
        program.run(own.thread, given);
      } catch (error) {
        thrown = error;
        breakBarriers(signals);
      }
      waitUntilFinished(signals, workers.length);
      if (!mendBarriers(signals)) return;
      if (thrown !== undefined && !(thrown instanceof BrokenBarrier)) throw thrown as Error;
      throw new BackendError(`simd: the program ${name} failed in a worker thread.`);
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function waitUntilFinished(signals: Int32Array, workers: number): void {
  let looks = 0;
  let finished = Atomics.load(signals, signal.finished);
  while (finished < workers) {
    if (++looks > spins) Atomics.wait(signals, signal.finished, finished, 1);
    finished = Atomics.load(signals, signal.finished);
  }
}

function startWorker(seed: ThreadSeed): Promise<Worker> {
  // Not the process's own flags: with `--input-type` of `node --eval`, for one, no file starts.
  const options = { workerData: seed, execArgv: [] };
  const worker = new Worker(new URL('./worker.js', import.meta.url), options);
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
  });
}
